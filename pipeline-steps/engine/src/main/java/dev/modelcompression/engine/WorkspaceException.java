package dev.modelcompression.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The workspace cannot be made, read or written; no input of the run is to blame. */
public final class WorkspaceException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  WorkspaceException(Path workspace, String what, IOException cause) {
    super(
        "workspace %s %s: %s; make sure that the folder can be written and has room, or name another"
            .formatted(workspace, what, reason(cause)),
        cause);
  }

  /** What went wrong, for people; Java's own message is often the path alone. */
  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof NoSuchFileException) {
      return message + ": no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return message + ": permission denied";
    }
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : message;
  }
}
