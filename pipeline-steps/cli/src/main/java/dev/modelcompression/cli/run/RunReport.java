package dev.modelcompression.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.EvaluateSettings;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.cli.report.Advice;
import dev.modelcompression.cli.report.Details;
import dev.modelcompression.cli.report.Interval;
import dev.modelcompression.cli.report.Lineage;
import dev.modelcompression.cli.report.Report;
import dev.modelcompression.cli.report.Side;
import dev.modelcompression.cli.report.Stage;
import dev.modelcompression.cli.report.Trial;
import dev.modelcompression.cli.report.Verdict;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.engine.GateResult;
import dev.modelcompression.engine.Run;
import dev.modelcompression.engine.RunResult;
import dev.modelcompression.engine.RunResult.EndedStep;
import dev.modelcompression.engine.TrialResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts together what the steps of a run have told into one report. */
public final class RunReport {
  /** Told where nothing was evaluated, and so no interval computed. */
  private static final double USUAL_CONFIDENCE = 0.95;

  private final Manifest manifest;
  private final Run run;
  private final RunResult result;
  private final StepInputs inputs;
  private final Instant started;
  private final Instant finished;
  private final String command;
  private final Optional<StepReport> evaluate;

  /**
   * A report on a finished run.
   *
   * @param command what repeats the run
   */
  public RunReport(
      Manifest manifest,
      Run run,
      RunResult result,
      StepInputs inputs,
      Instant started,
      Instant finished,
      String command) {
    this.manifest = manifest;
    this.run = run;
    this.result = result;
    this.inputs = inputs;
    this.started = started;
    this.finished = finished;
    this.command = command;
    this.evaluate = last(result.bestTrial(), "evaluate");
  }

  /** The report. */
  public Report build() {
    var evaluation = evaluate.map(report -> report.details().path("evaluation"));
    return Report.of(
        manifest.metadata().name(),
        verdict(),
        Gates.of(result.verdict().gates(), evaluation),
        side("original", run.original(), evaluation, "original"),
        result.verdict().model() == null
            ? null
            : side("result", result.verdict().model(), evaluation, "result"),
        Gates.ratioIntervals(evaluation),
        differenceIntervals(evaluation),
        stages(),
        trials(),
        advice(),
        details(),
        lineage());
  }

  private Verdict verdict() {
    var verdict = result.verdict();
    if (verdict.exit() == ExitCode.DONE) {
      return Verdict.Passed;
    }
    if (verdict.exit() != ExitCode.GATE_FAILED || verdict.model() == null) {
      return Verdict.Incomplete;
    }
    return verdict.trials().size() > 1 ? Verdict.BestEffort : Verdict.Failed;
  }

  private Side side(String name, Artifact model, Optional<JsonNode> evaluation, String key) {
    Map<String, Double> metrics = new TreeMap<>();
    Map<String, Interval> intervals = new TreeMap<>();
    metrics.put("sizeBytes", (double) model.bytes());
    evaluation
        .map(node -> node.path(key))
        .ifPresent(node -> Estimates.read(node, metrics, intervals));
    if (key.equals("result")) {
      evaluation
          .map(node -> node.path("comparison").path("agreement"))
          .filter(JsonNode::isObject)
          .ifPresent(
              node -> {
                metrics.put("agreement", node.path("value").asDouble());
                Estimates.interval(node)
                    .ifPresent(interval -> intervals.put("agreement", interval));
              });
    }
    var perClass = new ArrayList<Side.ClassAccuracy>();
    evaluation
        .map(node -> node.path("classes"))
        .ifPresent(
            classes ->
                classes.forEach(
                    node ->
                        perClass.add(
                            new Side.ClassAccuracy(
                                node.path("label").asText(),
                                node.path("samples").asLong(),
                                node.path(key).asDouble()))));
    return new Side(name, model.uri(), model.digest(), metrics, intervals, perClass);
  }

  /** The evaluation tells drops; the report tells differences, result minus original. */
  private static Map<String, Interval> differenceIntervals(Optional<JsonNode> evaluation) {
    Map<String, Interval> intervals = new LinkedHashMap<>();
    for (String metric : List.of("top1", "top5")) {
      evaluation
          .flatMap(node -> Estimates.interval(node.path("comparison").path(metric + "Drop")))
          .ifPresent(drop -> intervals.put(metric, new Interval(-drop.high(), -drop.low())));
    }
    return intervals;
  }

  private List<Stage> stages() {
    var measured = evaluate.map(report -> report.details().path("stages"));
    return result.steps().stream().map(step -> stage(step, measured)).toList();
  }

  private Stage stage(EndedStep step, Optional<JsonNode> measured) {
    StepReport report = step.report();
    Map<String, Double> metrics = new TreeMap<>();
    Map<String, Interval> intervals = new TreeMap<>();
    report.model().ifPresent(model -> metrics.putAll(report.metrics()));
    if (step.start().trial() == result.verdict().trial()) {
      measured
          .map(node -> node.path(report.step()))
          .filter(JsonNode::isObject)
          .ifPresent(node -> Estimates.read(node, metrics, intervals));
    }
    var notes = new ArrayList<String>();
    notes.add(report.message());
    report.details().path("notes").forEach(note -> notes.add(note.asText()));
    return new Stage(
        report.step(),
        stageType(report),
        step.start().trial(),
        state(step),
        report.lineage().seconds(),
        report.model().map(Artifact::digest).orElse(null),
        metrics,
        intervals,
        ContractJson.tree(report.lineage().settings()).path(report.type().member()),
        notes.stream().distinct().toList());
  }

  /** {@code fineTune} is {@code FineTune} in the report. */
  private static String stageType(StepReport report) {
    String member = report.type().member();
    return Character.toUpperCase(member.charAt(0)) + member.substring(1);
  }

  private static Stage.State state(EndedStep step) {
    if (step.report().exit() != ExitCode.DONE) {
      return Stage.State.Failed;
    }
    return step.cached() ? Stage.State.Cached : Stage.State.Done;
  }

  private List<Trial> trials() {
    return result.verdict().trials().stream().map(this::trial).toList();
  }

  private Trial trial(TrialResult trial) {
    Map<String, Double> metrics = new TreeMap<>();
    result.steps().stream()
        .filter(step -> step.start().trial() == trial.trial())
        .forEach(
            step ->
                step.report()
                    .metrics()
                    .forEach(
                        (name, value) -> {
                          if (name.startsWith("result.")) {
                            metrics.put(name.substring("result.".length()), value);
                          }
                        }));
    int passed = (int) trial.gates().stream().filter(GateResult::passed).count();
    return new Trial(
        trial.trial(),
        trial.trial() == result.verdict().trial(),
        trial.trial() == 1 ? List.of() : List.of(trial.settings().split("; ")),
        passed,
        trial.gates().size(),
        metrics);
  }

  private List<Advice> advice() {
    var onOriginal =
        last(result.steps(), "analyze").map(report -> report.details().path("advice")).stream()
            .flatMap(node -> Estimates.list(node, Advice.class).stream())
            .toList();
    return AdviceLeft.of(onOriginal, settingsByType());
  }

  /** Settings of the steps that made the result. */
  private Map<String, List<JsonNode>> settingsByType() {
    Map<String, List<JsonNode>> byType = new LinkedHashMap<>();
    var steps = result.verdict().trial() == 0 ? result.steps() : result.bestTrial();
    for (var step : steps) {
      var report = step.report();
      String type = report.type().member();
      if (report.exit() == ExitCode.DONE) {
        byType
            .computeIfAbsent(type, key -> new ArrayList<>())
            .add(ContractJson.tree(report.lineage().settings()).path(type));
      }
    }
    return byType;
  }

  private Details details() {
    return new Details(
        list("analyze", "bottlenecks", Details.Bottleneck.class),
        evaluate
            .map(report -> report.details().path("operatorTimes"))
            .flatMap(node -> Estimates.read(node, Details.OperatorTimes.class))
            .orElse(Details.NONE.operatorTimes()),
        prunedLayers(),
        list("quantize", "quantizedLayers", Details.QuantizedLayer.class),
        list("fineTune", "training", Details.TrainingEpoch.class));
  }

  /** Over several rounds of pruning: channels before the first, channels after the last. */
  private List<Details.PrunedLayer> prunedLayers() {
    Map<String, Details.PrunedLayer> layers = new LinkedHashMap<>();
    for (var layer : list("prune", "prunedLayers", Details.PrunedLayer.class)) {
      layers.merge(layer.layer(), layer, Details.PrunedLayer::then);
    }
    return List.copyOf(layers.values());
  }

  /** The elements of one list in the details of all steps of a kind, in the best trial. */
  private <T> List<T> list(String type, String member, Class<T> element) {
    var steps = result.verdict().trial() == 0 ? result.steps() : result.bestTrial();
    return steps.stream()
        .map(EndedStep::report)
        .filter(report -> report.type().member().equals(type))
        .flatMap(report -> Estimates.list(report.details().path(member), element).stream())
        .toList();
  }

  private static Optional<StepReport> last(List<EndedStep> steps, String type) {
    return steps.stream()
        .map(EndedStep::report)
        .filter(report -> report.type().member().equals(type) && report.exit() == ExitCode.DONE)
        .reduce((a, b) -> b);
  }

  private Lineage lineage() {
    var artifacts = new ArrayList<Lineage.Artifact>();
    for (var step : result.steps()) {
      step.report()
          .outputs()
          .forEach(
              (name, artifact) ->
                  artifacts.add(artifact(step.report().step() + "/" + name, artifact)));
    }
    var datasets =
        run.datasets().entrySet().stream()
            .map(
                entry ->
                    new Lineage.DatasetUse(
                        entry.getKey(),
                        entry.getValue().artifact().uri(),
                        entry.getValue().artifact().digest(),
                        inputs.dataset(entry.getValue(), run.spec().seed()).size()))
            .toList();
    return new Lineage(
        run.id(),
        artifact("model", run.original()),
        datasets,
        artifacts,
        run.spec().seed(),
        ManifestYaml.write(manifest),
        command,
        Environment.versions(),
        Environment.machine(),
        method(),
        started,
        finished);
  }

  private static Lineage.Artifact artifact(String name, Artifact artifact) {
    return new Lineage.Artifact(name, artifact.uri(), artifact.digest(), artifact.bytes());
  }

  private Lineage.Method method() {
    @Nullable EvaluateSettings settings =
        evaluate
            .map(report -> report.lineage().settings().settings())
            .filter(EvaluateSettings.class::isInstance)
            .map(EvaluateSettings.class::cast)
            .orElse(null);
    return settings == null
        ? new Lineage.Method(run.threads(), 1, 0, 0, USUAL_CONFIDENCE)
        : new Lineage.Method(
            settings.threads(),
            latencyBatch(settings),
            settings.latencyRuns(),
            settings.bootstrapSamples(),
            settings.confidence());
  }

  /** What was asked for, unless a model fixes its batch. */
  private int latencyBatch(EvaluateSettings settings) {
    return evaluate
        .map(report -> report.details().at("/evaluation/settings/latencyBatch"))
        .filter(JsonNode::isInt)
        .map(JsonNode::asInt)
        .orElse(settings.latencyBatchSize());
  }
}
