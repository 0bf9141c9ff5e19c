package dev.modelcompression.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A compression to decide about. */
final class Fixtures {
  static final String STEPS =
      """
        steps:
        - {name: analyze, analyze: {}}
        - {name: prune, prune: {importance: Taylor, ratio: 0.4}}
        - {name: fine-tune, fineTune: {epochs: 1, distillation: {}}}
        - {name: quantize, quantize: {}}
        - {name: evaluate, evaluate: {}}
      """;

  static final String GATES =
      """
        gates:
        - {metric: top1, maxDrop: 0.01}
        - {metric: sizeBytes, maxRatio: 0.3}
      """;

  private Fixtures() {}

  /** A spec of the given members of {@code spec}, indented by two. */
  static ModelCompressionSpec spec(String... members) {
    return specOf("{uri: net.onnx}", members);
  }

  static ModelCompressionSpec specOf(String model, String... members) {
    return ModelCompressionParser.parse(
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: net}
            spec:
              model: %s
              datasets:
                training: {uri: train.npz}
                calibration: {from: training, samples: 64}
                evaluation: {uri: test.npz}
            """
                    .formatted(model)
                + String.join("", members),
            "test")
        .spec();
  }

  static Run run(String... members) {
    return run(spec(members));
  }

  static Run run(ModelCompressionSpec spec) {
    return run(spec, "1.0", 2);
  }

  static Run run(ModelCompressionSpec spec, String tool, int threads) {
    return Run.of(
        spec,
        tool,
        artifact("model", "net.onnx"),
        Map.of(
            "training", artifact("training", "train.npz"),
            "evaluation", artifact("evaluation", "test.npz")),
        threads);
  }

  /** An artifact whose content is its name. */
  static Artifact artifact(String name, String content) {
    String digest = CanonicalJson.digest(JsonNodeFactory.instance.textNode(content));
    return new Artifact(name, "file:///" + content, digest, content.length());
  }

  static Attempt.Outcome done(StepStart start) {
    return new Attempt.Outcome(
        ExitCode.DONE,
        "done",
        start.step().type().makesModel()
            ? Map.of("model", artifact("model", start.key().hex()))
            : Map.of(),
        Map.of());
  }

  static Attempt.Outcome exit(ExitCode exit) {
    return new Attempt.Outcome(exit, "because", Map.of(), Map.of());
  }

  static Map<String, Double> metrics(double top1, double sizeBytes) {
    return Map.of(
        "original.top1",
        0.9,
        "result.top1",
        top1,
        "original.sizeBytes",
        1000.0,
        "result.sizeBytes",
        sizeBytes);
  }

  /** A host that acts on decisions at once, with the outcome that it is told. */
  static Verdict drive(Run run, Function<StepStart, Attempt.Outcome> outcomes) {
    List<Attempt> attempts = new ArrayList<>();
    Decision decision = Planner.decide(run, attempts);
    while (decision.verdict().isEmpty()) {
      for (StepStart start : decision.start()) {
        attempts.add(
            Attempt.ended(
                start.trial(), start.step().name(), start.attempt(), outcomes.apply(start)));
      }
      decision = Planner.decide(run, attempts);
    }
    return decision.verdict().get();
  }
}
