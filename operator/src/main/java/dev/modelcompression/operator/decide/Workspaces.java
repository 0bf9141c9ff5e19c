package dev.modelcompression.operator.decide;

import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.operator.job.Volumes;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Places in a workspace, and what a pod must mount to reach them. */
final class Workspaces {
  private Workspaces() {}

  /** The folder of a step's result. */
  static String output(String workspace, String key) {
    String root = workspace.endsWith("/") ? workspace : workspace + "/";
    return root + "steps/" + key;
  }

  /** Claims that the URIs name: whether each is only read. The workspace's is written to. */
  static Map<String, Boolean> claims(Collection<String> uris, @Nullable String workspace) {
    Map<String, Boolean> claims = Volumes.claims(uris);
    if (workspace != null && ClaimUri.matches(workspace)) {
      claims.put(ClaimUri.parse(workspace).claim(), false);
    }
    return claims;
  }
}
