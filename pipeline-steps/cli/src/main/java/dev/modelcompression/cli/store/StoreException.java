package dev.modelcompression.cli.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * A store cannot be reached, is full or does not let the step write: nothing is wrong with the
 * request or its inputs, and the same may work later.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A failure of a file system; {@code what} was tried, where. */
  static StoreException of(String what, IOException cause) {
    return new StoreException(what + ": " + reason(cause), cause);
  }

  /** What went wrong, for people; Java's own message is often the path alone. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : String.valueOf(e.getMessage());
  }
}
