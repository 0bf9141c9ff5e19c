package dev.modelcompression.cli.store;

import dev.modelcompression.contract.ClaimUri;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A folder of small files in a workspace. A file appears whole or not at all, and takes the place
 * of the one before. What is read there is not trusted: others can write to it.
 */
public final class WorkspaceFolder {
  private final String uri;
  private @Nullable ObjectStore store;

  private WorkspaceFolder(String uri) {
    this.uri = uri;
  }

  /**
   * The folder, whether or not it is there.
   *
   * @param uri {@code pvc://claim/folder}, {@code s3://bucket/folder} or {@code file:///folder}
   */
  public static WorkspaceFolder of(String uri) {
    return new WorkspaceFolder(uri.replaceAll("/+$", ""));
  }

  /**
   * Writes a file.
   *
   * @throws IllegalArgumentException the folder cannot be one
   * @throws StoreException it cannot be written to
   */
  public void write(String name, byte[] content) {
    if (ObjectUri.matches(uri)) {
      store().write(ObjectUri.parse(uri).child(name), content, Map.of());
      return;
    }
    Path folder = local(uri);
    Path partial = folder.resolve("." + name + ".part-" + UUID.randomUUID());
    try {
      Files.createDirectories(folder);
      try {
        Files.write(partial, content);
        Files.move(
            partial,
            folder.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw StoreException.of(uri + "/" + name + ": cannot be written", e);
    }
  }

  /**
   * Reads a file, if it is there.
   *
   * @param maxBytes what it may have
   * @throws IllegalArgumentException it is larger, or no plain file of this folder
   * @throws StoreException it cannot be read
   */
  public Optional<byte[]> read(String name, int maxBytes) {
    Optional<byte[]> found =
        ObjectUri.matches(uri)
            ? store()
                .read(ObjectUri.parse(uri).child(name), maxBytes + 1)
                .map(ObjectStore.Content::bytes)
            : readLocal(name, maxBytes + 1);
    if (found.filter(bytes -> bytes.length > maxBytes).isPresent()) {
      throw new IllegalArgumentException("%s: has more than %d bytes".formatted(name, maxBytes));
    }
    return found;
  }

  private Optional<byte[]> readLocal(String name, int most) {
    Path file = local(uri).resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    // A link could lead out of the workspace, and a pipe would be waited for.
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(name + ": is no plain file");
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(in.readNBytes(most));
    } catch (IOException e) {
      throw StoreException.of(uri + "/" + name + ": cannot be read", e);
    }
  }

  private static Path local(String uri) {
    if (ClaimUri.matches(uri)) {
      return ClaimFolders.resolve(uri);
    }
    if (uri.startsWith("file:")) {
      return Path.of(URI.create(uri)).toAbsolutePath().normalize();
    }
    throw new IllegalArgumentException(
        "found '" + uri + "', expected file:///folder, pvc://claim/folder or s3://bucket/folder");
  }

  private ObjectStore store() {
    var connected = store == null ? ObjectStore.connect() : store;
    store = connected;
    return connected;
  }
}
