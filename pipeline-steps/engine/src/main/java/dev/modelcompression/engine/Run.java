package dev.modelcompression.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.StepRequest;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run of a compression: the spec and the exact bytes that it starts from.
 *
 * @param id hash of all that decides the result; an edited spec or another model is another run
 * @param spec what the user asked for
 * @param tool identity of the program that runs the steps, down to the build: what it would compute
 *     otherwise must have another one, such as the digest of the step image
 * @param original the model to compress
 * @param datasets data by use, with the number of samples to draw
 * @param threads threads that each step computes with; they decide the order of floating-point sums
 */
public record Run(
    String id,
    ModelCompressionSpec spec,
    String tool,
    Artifact original,
    Map<String, DatasetInput> datasets,
    int threads) {
  private static final int ID_LENGTH = 16;

  /**
   * Identifies a run.
   *
   * @param original the model that {@code spec.model} names
   * @param files the data sets that {@code spec.datasets} locates by uri, by their use
   * @throws IllegalArgumentException a data set is missing, or a file does not have the digest that
   *     the spec asks for
   */
  public static Run of(
      ModelCompressionSpec spec,
      String tool,
      Artifact original,
      Map<String, Artifact> files,
      int threads) {
    requireDigest(
        "spec.model",
        spec.model().digest(),
        original,
        "the file and, where it has some, its external data");
    Map<String, DatasetInput> datasets = new TreeMap<>();
    spec.datasets()
        .byName()
        .forEach((name, source) -> datasets.put(name, dataset(name, source, files)));
    ObjectNode identity = JsonNodeFactory.instance.objectNode();
    identity.put("version", StepRequest.VERSION);
    identity.put("tool", tool);
    identity.put("threads", threads);
    identity.put("model", original.digest());
    identity.set("datasets", StepKey.digests(datasets));
    identity.set(
        "steps", ContractJson.tree(spec.steps().stream().map(Step::withoutResources).toList()));
    identity.set("gates", ContractJson.tree(spec.gates()));
    identity.set("tuning", ContractJson.tree(spec.tuning()));
    identity.put("seed", spec.seed());
    identity.put("restartNonce", spec.restartNonce());
    String hex = CanonicalJson.digest(identity).substring("sha256:".length());
    return new Run(
        hex.substring(0, ID_LENGTH),
        spec,
        tool,
        original.at(Artifact.ORIGINAL, original.uri()),
        Collections.unmodifiableMap(datasets),
        threads);
  }

  private static DatasetInput dataset(
      String name, DatasetSource source, Map<String, Artifact> files) {
    String file = source.from() == null ? name : Datasets.TRAINING;
    Artifact artifact =
        Optional.ofNullable(files.get(file))
            .orElseThrow(
                () -> new IllegalArgumentException("spec.datasets." + file + ": is missing"));
    requireDigest("spec.datasets." + name, source.digest(), artifact, "the file");
    return new DatasetInput(artifact.at(name, artifact.uri()), source.samples());
  }

  private static void requireDigest(
      String path, @Nullable String expected, Artifact found, String covered) {
    if (expected != null && !expected.equals(found.digest())) {
      throw new IllegalArgumentException(
          "%s.digest: %s has %s, computed over %s, expected %s"
              .formatted(path, found.uri(), found.digest(), covered, expected));
    }
  }
}
