package dev.modelcompression.operator.release.decide;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import java.util.Objects;

/** Names runs by what makes them another: both models, and how they are served and compared. */
final class RunIds {
  private static final int LENGTH = 10;

  private RunIds() {}

  /**
   * The run of a spec.
   *
   * @param uid the release
   * @param candidate digest of the candidate
   * @param retries how often a rejected candidate was allowed again
   */
  static String of(String uid, ReleaseSpec spec, String candidate, int retries) {
    ObjectNode decides = JsonNodeFactory.instance.objectNode();
    decides.put("release", uid);
    decides.set("baseline", ContractJson.tree(Objects.requireNonNull(spec.baseline())));
    decides.put("candidate", candidate);
    decides.set("server", ContractJson.tree(spec.server()));
    decides.set("traffic", ContractJson.tree(spec.traffic()));
    decides.set("analysis", ContractJson.tree(spec.analysis()));
    decides.put("retries", retries);
    String digest = CanonicalJson.digest(decides).substring("sha256:".length());
    return "r-" + digest.substring(0, LENGTH);
  }
}
