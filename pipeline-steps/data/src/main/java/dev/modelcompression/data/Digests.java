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
    try (var channel = FileChannel.open(file)) {
      return of(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Digest of what is left to read. */
  static String of(FileChannel channel) throws IOException {
    var digest = sha256();
    var buffer = ByteBuffer.allocateDirect(1 << 18);
    while (channel.read(buffer) >= 0) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return PREFIX + HexFormat.of().formatHex(digest.digest());
  }

  /** Digest of the bytes between position and limit, which stay where they are. */
  static String of(ByteBuffer bytes) {
    var digest = sha256();
    digest.update(bytes.duplicate());
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
