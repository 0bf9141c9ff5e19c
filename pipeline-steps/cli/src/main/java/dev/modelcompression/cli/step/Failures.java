package dev.modelcompression.cli.step;

import dev.modelcompression.cli.store.StoreException;
import dev.modelcompression.cli.writeback.GitServerException;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.FetchRequest;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.WriteBackRequest;
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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns exceptions into what a user gets: one message and an exit code. */
public final class Failures {
  /** Requests to pods whose memory the operator decides alone. */
  private static final Set<String> FIXED =
      Set.of(
          FetchRequest.VARIABLE,
          ProbeRequest.VARIABLE,
          ReleaseReportRequest.VARIABLE,
          WriteBackRequest.VARIABLE);

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
    return message(failure, System.getenv());
  }

  /** The same for a process with that environment, which tells a pod from a command line. */
  static String message(Throwable failure, Map<String, String> environment) {
    if (failure instanceof OutOfMemoryError) {
      return "out of memory: " + failure.getMessage() + "; " + moreMemory(environment);
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

  /** In a pod, the heap is a share of the limit, and users may set no variable of ours. */
  private static String moreMemory(Map<String, String> environment) {
    if (environment.containsKey(StepRequest.VARIABLE)) {
      return "raise resources.limits.memory of the step";
    }
    if (environment.containsKey(InputsRequest.VARIABLE)) {
      return "raise resources.limits.memory of podTemplate";
    }
    return FIXED.stream().anyMatch(environment::containsKey)
        ? "the memory limit of this container is too low for these files"
        : "give the process more memory, or set MC_JAVA_OPTS=-Xmx4g";
  }

  private static boolean isMissing(@Nullable Throwable cause) {
    return cause instanceof NoSuchFileException
        || cause instanceof AccessDeniedException
        || cause instanceof NotDirectoryException;
  }
}
