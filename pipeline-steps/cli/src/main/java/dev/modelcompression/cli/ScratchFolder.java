package dev.modelcompression.cli;

import dev.modelcompression.runtime.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A temporary folder that is gone afterwards. */
final class ScratchFolder implements AutoCloseable {
  private final Path path;

  ScratchFolder() {
    path = TemporaryFolder.make("mc-");
  }

  /** A folder at a given place, empty: what an earlier process left there goes. */
  ScratchFolder(Path path) {
    this.path = path;
    remove();
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be made", e);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    remove();
  }

  void remove() {
    if (!Files.exists(path)) {
      return;
    }
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be removed", e);
    }
  }
}
