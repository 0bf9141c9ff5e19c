package dev.modelcompression.cli.step;

import dev.modelcompression.cli.store.StoreException;
import dev.modelcompression.cli.writeback.GitServerException;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.engine.StopRequestedException;
import dev.modelcompression.engine.WorkspaceBusyException;
import dev.modelcompression.engine.WorkspaceException;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.TemporaryFolderException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** Turns exceptions into what a user gets: one message and an exit code. */
public final class Failures {
  private Failures() {}

  /** How a command or step that threw this ends. */
  public static ExitCode exit(Throwable failure) {
    if (failure instanceof InvalidModelException || failure instanceof InvalidDataException) {
      return ExitCode.BAD_INPUT;
    }
    if (failure instanceof UnsupportedModelException
        || failure instanceof UnsupportedStepException) {
      return ExitCode.UNSUPPORTED;
    }
    if (failure instanceof IllegalArgumentException) {
      return ExitCode.BAD_REQUEST;
    }
    if (failure instanceof DeadlineException
        || failure instanceof WorkspaceBusyException
        || failure instanceof StoreException
        || failure instanceof GitServerException
        || failure instanceof WorkspaceException
        || failure instanceof TemporaryFolderException) {
      return ExitCode.TRY_AGAIN;
    }
    if (failure instanceof StopRequestedException) {
      return ExitCode.INTERRUPTED;
    }
    if (failure instanceof OutOfMemoryError) {
      return ExitCode.KILLED;
    }
    if (failure instanceof UncheckedIOException io) {
      return isMissing(io.getCause()) ? ExitCode.BAD_INPUT : ExitCode.TRY_AGAIN;
    }
    return ExitCode.INTERNAL;
  }

  /** What to tell the user; never a stack trace. */
  public static String message(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return "out of memory: "
          + failure.getMessage()
          + "; give the process more memory, or set MC_JAVA_OPTS=-Xmx4g";
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      message = failure.getClass().getSimpleName();
    }
    if (exit(failure) == ExitCode.BAD_INPUT
        && failure instanceof UncheckedIOException io
        && io.getCause() instanceof NoSuchFileException missing) {
      message = missing.getFile() + ": no such file";
    }
    return exit(failure) == ExitCode.INTERNAL
        ? "internal error, please report it: " + failure.getClass().getSimpleName() + ": " + message
        : message;
  }

  /** Prints the stack trace for a developer who asked for it by {@code MC_DEBUG}. */
  public static void trace(Throwable failure) {
    if (System.getenv("MC_DEBUG") != null) {
      failure.printStackTrace();
    }
  }

  private static boolean isMissing(@Nullable Throwable cause) {
    return cause instanceof NoSuchFileException
        || cause instanceof AccessDeniedException
        || cause instanceof NotDirectoryException;
  }
}
