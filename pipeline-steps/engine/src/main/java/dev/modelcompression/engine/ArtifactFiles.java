package dev.modelcompression.engine;

import dev.modelcompression.contract.Artifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Files as artifacts. */
public final class ArtifactFiles {
  private static final int BUFFER = 1 << 16;

  private ArtifactFiles() {}

  /**
   * Describes a file by its content.
   *
   * @param name what it is to a step
   * @param uri how to say where it is
   * @throws IOException the file cannot be read
   */
  public static Artifact describe(String name, String uri, Path file) throws IOException {
    MessageDigest digest = sha256();
    long bytes = 0;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
    }
    return new Artifact(name, uri, "sha256:" + HexFormat.of().formatHex(digest.digest()), bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
