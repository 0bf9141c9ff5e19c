package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.operator.job.Volumes;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Places of a release in its workspace. */
public final class ReleaseFolders {
  private ReleaseFolders() {}

  /** The folder of a run: its rounds and its report. Empty without a workspace. */
  public static Optional<String> of(ModelRelease release, String runId) {
    return Optional.ofNullable(release.getSpec().workspace())
        .map(workspace -> workspace.uri().replaceAll("/+$", ""))
        .map(root -> root + "/releases/" + release.getMetadata().getName() + "/" + runId);
  }

  /** Claims to mount: those that are read, and that of the folder, which is written to. */
  static Map<String, Boolean> claims(Collection<String> read, Optional<String> folder) {
    Map<String, Boolean> claims = Volumes.claims(read);
    folder
        .filter(ClaimUri::matches)
        .ifPresent(uri -> claims.put(ClaimUri.parse(uri).claim(), false));
    return claims;
  }
}
