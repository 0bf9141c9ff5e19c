package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ReleaseSpec;
import java.util.regex.Pattern;

/**
 * One of the two models of a release, and where it is served.
 *
 * @param workload name of its Deployment and of its Service
 * @param uri where the model is
 * @param digest its digest, {@code sha256:} and 64 hexadecimal digits
 */
public record Side(String workload, String uri, String digest) {
  private static final Pattern DIGEST = Pattern.compile(ReleaseSpec.DIGEST);
  private static final int SHORT = 8;

  public Side {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "digest of a model is '%s', expected sha256:<64 hex digits>".formatted(digest));
    }
  }

  /** The model of a release, served by the workload that is named after its digest. */
  public static Side of(String release, String uri, String digest) {
    return new Side(ReleaseNames.workload(release, digest), uri, digest);
  }

  /** The digest's 64 hexadecimal digits. */
  String hex() {
    return digest.substring(digest.indexOf(':') + 1);
  }

  /** The version that the server gives to the model: the first 8 hexadecimal digits. */
  public String version() {
    return hex().substring(0, SHORT);
  }
}
