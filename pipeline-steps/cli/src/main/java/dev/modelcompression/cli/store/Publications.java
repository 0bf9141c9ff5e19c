package dev.modelcompression.cli.store;

import dev.modelcompression.contract.ClaimUri;
import java.net.URI;
import java.nio.file.Path;

/** Finds the place that a step request names as its output. */
public final class Publications {
  private Publications() {}

  /**
   * The place for the result of a request.
   *
   * @param output what the request names as its output
   * @param request digest of what decides the result
   * @throws IllegalArgumentException the request's output is no place that can be written to
   * @throws StoreException it cannot be reached
   */
  public static Publication of(String output, String request) {
    if (ObjectUri.matches(output)) {
      return new ObjectPublication(ObjectStore.connect(), object(output), request);
    }
    return new FolderPublication(folder(output), request);
  }

  private static ObjectUri object(String output) {
    try {
      return ObjectUri.parse(output);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("step request output: " + e.getMessage(), e);
    }
  }

  private static Path folder(String output) {
    try {
      if (ClaimUri.matches(output)) {
        return ClaimFolders.resolve(output);
      }
      if (output.startsWith("file:")) {
        return Path.of(URI.create(output)).toAbsolutePath().normalize();
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("step request output: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "step request output: found '"
            + output
            + "', expected file:///folder, pvc://claim/folder or s3://bucket/folder");
  }
}
