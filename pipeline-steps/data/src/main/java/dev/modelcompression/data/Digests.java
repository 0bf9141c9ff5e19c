package dev.modelcompression.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content digests in the form {@code sha256:<64 hex digits>}. */
public final class Digests {
  private static final String PREFIX = "sha256:";

  private Digests() {}

  /** Digest of a file's content. */
  public static String of(Path file) {
    var digest = sha256();
    var buffer = ByteBuffer.allocateDirect(1 << 18);
    try (var channel = FileChannel.open(file)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return PREFIX + HexFormat.of().formatHex(digest.digest());
  }

  /** Digest of bytes in memory. */
  public static String of(byte[] bytes) {
    return PREFIX + HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
