package dev.modelcompression.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The folder for temporary files is missing, full or not ours to write; no input is to blame. */
public final class TemporaryFolderException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  TemporaryFolderException(Path folder, IOException cause) {
    super(
        "temporary folder %s cannot be written: %s; see that it exists and has room, or name another by TMPDIR"
            .formatted(folder, reason(cause)),
        cause);
  }

  /** What went wrong, for people; Java's own message is often the path alone. */
  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : String.valueOf(e.getMessage());
  }
}
