package dev.modelcompression.cli.store;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.runtime.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects as local files: each is fetched once, into a temporary folder that goes with the process.
 * Safe for use by several threads.
 */
final class ObjectInputs {
  /** What is fetched of an object whose size nobody has told: 16 GiB. */
  private static final long LARGEST = 16L << 30;

  private final Map<String, Path> fetched = new ConcurrentHashMap<>();
  private @Nullable ObjectStore store;

  /**
   * A model and, beside it under their own names, the files that it keeps tensors in.
   *
   * @param maxBytes what all of them may have together, when that is known
   */
  Path model(String uri, @Nullable Long maxBytes) {
    return fetched.computeIfAbsent(
        uri,
        key -> {
          var place = parse(uri);
          long left = limit(maxBytes);
          Path file = folder().resolve(place.fileName());
          left -= fetch(place, file, left);
          // What is as large as the whole should be names no other files, and is not opened for
          // them.
          if (maxBytes == null || left > 0) {
            for (String name : ModelFiles.externalNames(file)) {
              left -= fetch(place.sibling(name), file.resolveSibling(name), left);
            }
          }
          return file;
        });
  }

  /** One file. */
  Path data(String uri, @Nullable Long maxBytes) {
    return fetched.computeIfAbsent(
        uri,
        key -> {
          var place = parse(uri);
          Path file = folder().resolve(place.fileName());
          fetch(place, file, limit(maxBytes));
          return file;
        });
  }

  private long fetch(ObjectUri place, Path file, long maxBytes) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw StoreException.of(place + ": cannot be fetched to " + file, e);
    }
    long bytes = store().download(place, file, maxBytes);
    file.toFile().deleteOnExit();
    return bytes;
  }

  private synchronized ObjectStore store() {
    var connected = store == null ? ObjectStore.connect() : store;
    store = connected;
    return connected;
  }

  private static long limit(@Nullable Long maxBytes) {
    return maxBytes == null ? LARGEST : maxBytes;
  }

  private static ObjectUri parse(String uri) {
    try {
      return ObjectUri.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new InvalidDataException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Path folder() {
    Path folder = TemporaryFolder.make("mc-inputs-");
    folder.toFile().deleteOnExit();
    return folder;
  }
}
