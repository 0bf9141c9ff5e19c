package dev.modelcompression.contract;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A place in a persistent volume claim: {@code pvc://CLAIM/path}, percent-encoded where a URI has
 * to be. Whoever starts a pod mounts each claim that the pod's request names at {@link #mountPath};
 * in the pod the path is below that folder, never outside.
 *
 * @param claim name of the claim, in the namespace of the pod
 * @param path relative to the claim's root, normal; empty for the root itself
 */
public record ClaimUri(String claim, Path path) {
  /** Where claims are mounted in a pod, each under its own name. */
  public static final String MOUNT_ROOT = "/mnt/claims";

  private static final String SCHEME = "pvc://";

  private static final Pattern CLAIM =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  /** Whether a URI means a place in a claim. */
  public static boolean matches(String uri) {
    return uri.startsWith(SCHEME);
  }

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException no {@code pvc:} URI, no name of a claim, or a path that leaves
   *     the claim
   */
  public static ClaimUri parse(String uri) {
    URI parsed = uri(uri);
    String claim = parsed.getRawAuthority();
    if (!matches(uri)
        || claim == null
        || !CLAIM.matcher(claim).matches()
        || parsed.getRawQuery() != null
        || parsed.getRawFragment() != null) {
      throw refused(uri, "is no place in a claim");
    }
    Path path = path(parsed.getPath(), uri).normalize();
    if (path.startsWith("..")) {
      throw refused(uri, "leaves the claim");
    }
    return new ClaimUri(claim, path);
  }

  /** The folder that the claim is mounted at in a pod. */
  public String mountPath() {
    return MOUNT_ROOT + "/" + claim;
  }

  private static URI uri(String uri) {
    try {
      return URI.create(uri);
    } catch (IllegalArgumentException e) {
      throw refused(uri, "is no URI");
    }
  }

  private static Path path(String path, String uri) {
    try {
      return Path.of(path.replaceFirst("^/+", ""));
    } catch (InvalidPathException e) {
      throw refused(uri, "is no path");
    }
  }

  private static IllegalArgumentException refused(String uri, String why) {
    return new IllegalArgumentException(
        "'%s' %s; expected pvc://<claim>/<path>".formatted(Text.line(uri, 256), why));
  }
}
