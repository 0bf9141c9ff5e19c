package dev.modelcompression.cli.store;

import dev.modelcompression.contract.ClaimUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folders that persistent volume claims are mounted at. What a URI names is below its claim's
 * folder, links included: what lies in a claim is not trusted to point elsewhere in the pod.
 */
final class ClaimFolders {
  /** Where claims are mounted instead of {@link ClaimUri#MOUNT_ROOT}. */
  private static final String ROOT = "mc.claims";

  private ClaimFolders() {}

  /**
   * The file or folder that a URI names, whether or not it is there.
   *
   * @throws IllegalArgumentException the URI names no place in a claim, the claim is not mounted,
   *     or the place is a link that leads out of it
   */
  static Path resolve(String uri) {
    var place = ClaimUri.parse(uri);
    Path claim = Path.of(System.getProperty(ROOT, ClaimUri.MOUNT_ROOT), place.claim());
    if (!Files.isDirectory(claim)) {
      throw new IllegalArgumentException(
          "'%s': claim '%s' is not mounted here, there is no folder %s"
              .formatted(uri, place.claim(), claim));
    }
    Path path = claim.resolve(place.path());
    try {
      if (!existing(path).toRealPath().startsWith(claim.toRealPath())) {
        throw new IllegalArgumentException("'%s': is a link that leaves the claim".formatted(uri));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "'%s': cannot be read: %s".formatted(uri, e.getMessage()), e);
    }
    return path;
  }

  /** The path, or as much of it as is there. */
  private static Path existing(Path path) {
    Path parent = path.getParent();
    return parent == null || Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        ? path
        : existing(parent);
  }
}
