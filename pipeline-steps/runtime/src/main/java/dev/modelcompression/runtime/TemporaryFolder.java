package dev.modelcompression.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for what ONNX Runtime writes only to files; gone when closed. */
public final class TemporaryFolder implements AutoCloseable {
  private static final int BLOCK = 1 << 20;

  private final Path path;

  /**
   * Makes a folder.
   *
   * @throws TemporaryFolderException it cannot be made
   */
  public TemporaryFolder() {
    path = make("onnxruntime");
  }

  /**
   * Makes an empty folder where temporary files belong; the caller removes it.
   *
   * @throws TemporaryFolderException it cannot be made
   */
  public static Path make(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new TemporaryFolderException(root(), e);
    }
  }

  /** A file name inside the folder. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Tells whether a file that could not be written failed for want of room: ONNX Runtime's own
   * errors do not say.
   *
   * @param bytes how large the file is about
   * @throws TemporaryFolderException there is not so much room
   */
  public void requireRoom(long bytes) {
    Path probe = path.resolve("probe");
    try (var out = Files.newOutputStream(probe)) {
      var block = new byte[BLOCK];
      for (long left = bytes; left > 0; left -= BLOCK) {
        out.write(block, 0, (int) Math.min(left, BLOCK));
      }
    } catch (IOException e) {
      throw new TemporaryFolderException(root(), e);
    }
  }

  @Override
  public void close() {
    try (var files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the temporary folder " + path, e);
    }
  }

  private static Path root() {
    return Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }
}
