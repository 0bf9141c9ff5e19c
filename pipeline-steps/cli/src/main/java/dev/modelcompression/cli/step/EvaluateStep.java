package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.EvaluateSettings;
import dev.modelcompression.cli.report.Details.OperatorTime;
import dev.modelcompression.cli.report.Details.OperatorTimes;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.evaluate.Estimate;
import dev.modelcompression.runtime.evaluate.Evaluation;
import dev.modelcompression.runtime.evaluate.EvaluationResult;
import dev.modelcompression.runtime.evaluate.EvaluationSettings;
import dev.modelcompression.runtime.evaluate.Metrics;
import dev.modelcompression.runtime.evaluate.Subject;
import dev.modelcompression.runtime.profile.Profile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Measures the result against the original, and each model made on the way between them. */
final class EvaluateStep implements StepAction {
  private static final int PROFILE_RUNS = 10;

  private final EvaluateSettings settings;

  EvaluateStep(EvaluateSettings settings) {
    this.settings = settings;
  }

  /**
   * What was measured.
   *
   * @param evaluation result against original
   * @param stages models in between, by the name of the step that made them
   */
  record Details(
      List<String> notes,
      EvaluationResult evaluation,
      Map<String, Metrics> stages,
      OperatorTimes operatorTimes) {}

  @Override
  public StepResult run(StepJob job) {
    var data = job.dataset(Datasets.EVALUATION, "evaluation");
    var original = subject(job, Artifact.ORIGINAL);
    var result = subject(job, Artifact.MODEL);
    var evaluation =
        new Evaluation(evaluationSettings(job)).run(original, result, data, job.progress());
    var stages = stages(job, original, evaluation.result(), data);
    var times =
        new OperatorTimes(
            operatorTimes(original.model(), data), operatorTimes(result.model(), data));
    var details = new Details(List.of(), evaluation, stages, times);
    return new StepResult(
        java.util.Optional.empty(), metrics(evaluation), details, message(evaluation));
  }

  private Map<String, Metrics> stages(StepJob job, Subject original, Metrics result, Dataset data) {
    var stages = new LinkedHashMap<String, Metrics>();
    String resultDigest = job.request().input(Artifact.MODEL).digest();
    for (var input : job.request().inputs().entrySet()) {
      if (input.getKey().startsWith(Artifact.STAGE)) {
        String name = input.getKey().substring(Artifact.STAGE.length());
        job.progress().update(data.size(), data.size(), "after " + name);
        stages.put(
            name,
            input.getValue().digest().equals(resultDigest)
                ? result
                : new Evaluation(evaluationSettings(job))
                    .run(original, subject(job, input.getKey()), data, Progress.NONE)
                    .result());
      }
    }
    return stages;
  }

  private EvaluationSettings evaluationSettings(StepJob job) {
    return new EvaluationSettings(
        settings.batchSize(),
        settings.latencyRuns(),
        settings.warmupRuns(),
        settings.latencyBatchSize(),
        settings.threads(),
        settings.bootstrapSamples(),
        settings.confidence(),
        job.seed());
  }

  private static Subject subject(StepJob job, String input) {
    var model = job.inputs().model(job.request(), input);
    var numbers = ModelNumbers.metrics(model);
    return new Subject(
        model,
        job.request().input(input).bytes(),
        whole(numbers.get("parameters")),
        whole(numbers.get("macs")));
  }

  private static OptionalLong whole(@Nullable Double number) {
    return number == null ? OptionalLong.empty() : OptionalLong.of(number.longValue());
  }

  private List<OperatorTime> operatorTimes(Model model, Dataset data) {
    var profile = Profile.of(model, data, settings.latencyBatchSize(), 1, PROFILE_RUNS);
    return profile.microsByOperator().entrySet().stream()
        .map(
            time ->
                new OperatorTime(
                    time.getKey(),
                    (int)
                        profile.nodes().stream()
                            .filter(n -> n.opType().equals(time.getKey()))
                            .count(),
                    time.getValue()))
        .toList();
  }

  /** Numbers of both models behind {@code original.} and {@code result.}: gates need both. */
  private static Map<String, Double> metrics(EvaluationResult evaluation) {
    var metrics = new TreeMap<String, Double>();
    NamedMetrics.of(evaluation.result())
        .forEach((name, value) -> metrics.put("result." + name, value));
    NamedMetrics.of(evaluation.original())
        .forEach((name, value) -> metrics.put("original." + name, value));
    var agreement = evaluation.comparison().agreement();
    if (agreement != null) {
      metrics.put("result.agreement", agreement.value());
    }
    return metrics;
  }

  private static String message(EvaluationResult evaluation) {
    var ratio = evaluation.comparison().latencyRatio();
    String size =
        String.format(
            Locale.ROOT,
            "size ×%.3f, latency ×%.3f",
            (double) evaluation.result().sizeBytes() / evaluation.original().sizeBytes(),
            ratio.value());
    Estimate drop = evaluation.comparison().top1Drop();
    return drop == null
        ? size
        : size + String.format(Locale.ROOT, ", top-1 %+.2f pp", -100 * drop.value());
  }
}
