package dev.modelcompression.serving;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds the model's file, and says what it hashes to. */
final class ModelLocation {
  private ModelLocation() {}

  /**
   * The file that a URI names.
   *
   * @param uri {@code file:///absolute/path}, a path, or {@code pvc://claim/path} where the claim
   *     is mounted
   * @throws InvalidDataException there is no such file, or it is none that may be read
   */
  static Path file(String uri) {
    Path path;
    try {
      path = ClaimUri.matches(uri) ? inClaim(ClaimUri.parse(uri), uri) : path(uri);
    } catch (IllegalArgumentException e) {
      throw new InvalidDataException(
          "model '%s': not a usable location; expected file:///path or pvc://claim/path"
              .formatted(uri),
          e);
    }
    if (!Files.isRegularFile(path)) {
      throw new InvalidDataException("model '%s': no such file".formatted(uri));
    }
    return path;
  }

  /** Digest of a model with its external data, as {@code ModelSource.digest} describes it. */
  static String digest(Path file) {
    var parts =
        ModelFiles.parts(file).stream()
            .map(
                part ->
                    new Artifact(part.name(), file.toUri().toString(), part.digest(), part.bytes()))
            .toList();
    return parts.get(0).with(parts.subList(1, parts.size())).digest();
  }

  private static Path path(String uri) throws InvalidPathException {
    return uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri);
  }

  /** What lies in a claim is not trusted to point elsewhere in the pod. */
  private static Path inClaim(ClaimUri place, String uri) {
    Path claim = Path.of(place.mountPath());
    try {
      Path real = claim.resolve(place.path()).toRealPath();
      if (!real.startsWith(claim.toRealPath())) {
        throw new InvalidDataException(
            "model '%s': is a link that leaves the claim".formatted(uri));
      }
      return real;
    } catch (IOException e) {
      throw new InvalidDataException(
          "model '%s': no such file; the claim is expected at %s".formatted(uri, claim), e);
    }
  }
}
