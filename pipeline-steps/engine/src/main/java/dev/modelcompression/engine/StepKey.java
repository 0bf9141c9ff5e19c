package dev.modelcompression.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.StepRequest;
import java.util.Map;

/**
 * Names the result of a step by all that decides it: contract version, kind and settings, digests
 * of the inputs, seed, threads and the build of the tool, and the restart nonce when there is one.
 * Names, places, time limits and retries do not count; neither does the kind of CPU, so that a run
 * can go on elsewhere.
 *
 * @param hex 64 hexadecimal digits
 */
public record StepKey(String hex) {
  static StepKey of(
      Run run, Step step, Map<String, Artifact> inputs, Map<String, DatasetInput> datasets) {
    ObjectNode identity = JsonNodeFactory.instance.objectNode();
    identity.put("version", StepRequest.VERSION);
    identity.put("tool", run.tool());
    identity.put("threads", run.threads());
    identity.put("type", step.type().member());
    identity.set("settings", ContractJson.tree(step.settings()));
    ObjectNode models = identity.putObject("inputs");
    inputs.forEach((name, artifact) -> models.put(name, artifact.digest()));
    identity.set("datasets", digests(datasets));
    identity.put("seed", run.spec().seed());
    identity.put("restartNonce", run.spec().restartNonce());
    return new StepKey(CanonicalJson.digest(identity).substring("sha256:".length()));
  }

  /** What of the data decides a result. */
  static ObjectNode digests(Map<String, DatasetInput> datasets) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    datasets.forEach(
        (name, dataset) ->
            node.putObject(name)
                .put("digest", dataset.artifact().digest())
                .put("samples", dataset.samples()));
    return node;
  }
}
