package dev.modelcompression.cli.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds what URIs name and has it as local files. */
public final class Locations {
  private final Path folder;
  private final ObjectInputs objects = new ObjectInputs();

  /** Relative paths are relative to {@code folder}. */
  public Locations(Path folder) {
    this.folder = folder;
  }

  /**
   * The file of a model, with its external data beside it.
   *
   * @param maxBytes what all its files may have together, when that is known; only what has to be
   *     fetched is held to it
   * @throws dev.modelcompression.data.InvalidDataException there is none, or it may not be read
   * @throws StoreException it cannot be fetched now
   */
  public Path model(String uri, @Nullable Long maxBytes) {
    return ObjectUri.matches(uri)
        ? objects.model(uri, maxBytes)
        : FileLocations.resolve(uri, folder);
  }

  /** A file of data; else as {@link #model}. */
  public Path data(String uri, @Nullable Long maxBytes) {
    return ObjectUri.matches(uri)
        ? objects.data(uri, maxBytes)
        : FileLocations.resolve(uri, folder);
  }

  /** The URI by which another process finds the same file. */
  public static String absolute(String uri, Path found) {
    return ObjectUri.matches(uri) ? uri : FileLocations.absolute(uri, found);
  }
}
