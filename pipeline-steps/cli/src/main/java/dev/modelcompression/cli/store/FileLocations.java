package dev.modelcompression.cli.store;

import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.data.InvalidDataException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the files that URIs name. */
final class FileLocations {
  /** Where the step image keeps the examples; elsewhere they lie beside the program. */
  private static final Path IMAGE_EXAMPLES = Path.of("/opt/examples");

  private FileLocations() {}

  /**
   * The file that a URI names.
   *
   * @param uri {@code file:///absolute/path}, {@code pvc://claim/path} where the claim is mounted,
   *     or a path, relative to {@code folder} where it is not absolute
   * @param folder the folder of the document that holds the URI
   * @throws InvalidDataException another scheme, or no such file
   */
  static Path resolve(String uri, Path folder) {
    Path path = path(uri, folder).normalize();
    if (Files.exists(path)) {
      return path;
    }
    String home = System.getProperty("mc.home");
    if (home != null && path.startsWith(IMAGE_EXAMPLES)) {
      Path shipped = Path.of(home, "examples").resolve(IMAGE_EXAMPLES.relativize(path));
      if (Files.exists(shipped)) {
        return shipped;
      }
    }
    throw new InvalidDataException(
        path + ": no such file" + (uri.equals(path.toString()) ? "" : " (from '" + uri + "')"));
  }

  /** The URI by which another process finds the same file. */
  static String absolute(String uri, Path found) {
    return ClaimUri.matches(uri) ? uri : found.toUri().toString();
  }

  private static Path path(String uri, Path folder) {
    if (ClaimUri.matches(uri)) {
      try {
        return ClaimFolders.resolve(uri);
      } catch (IllegalArgumentException e) {
        throw new InvalidDataException(String.valueOf(e.getMessage()), e);
      }
    }
    if (uri.startsWith("file:")) {
      try {
        return Path.of(URI.create(uri));
      } catch (IllegalArgumentException e) {
        throw new InvalidDataException(
            "'" + uri + "': not a usable file URI, expected file:///absolute/path", e);
      }
    }
    if (uri.matches("[a-zA-Z][a-zA-Z0-9+.-]+://.*")) {
      throw new InvalidDataException(
          "'"
              + uri
              + "': this scheme is not readable here; expected file:///absolute/path or a path");
    }
    return folder.resolve(uri);
  }
}
