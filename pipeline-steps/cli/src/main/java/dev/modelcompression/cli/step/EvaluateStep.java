package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.EvaluateSettings;
import dev.modelcompression.cli.report.Details.OperatorTime;
import dev.modelcompression.cli.report.Details.OperatorTimes;
import dev.modelcompression.cli.report.Metric;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import dev.modelcompression.data.ProgressParts;
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
import java.util.Optional;
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
    var measure = new Evaluation(evaluationSettings(job));
    var between = stages(job);
    long measured = between.values().stream().filter(input -> !isResult(job, input)).count();
    double profile = (PROFILE_RUNS + 1.0) * settings.latencyBatchSize();
    var parts =
        new ProgressParts(
            job.progress(),
            measure.work(data) + measured * measure.workOfStage(data) + 2 * profile);
    var evaluation = measure.run(original, result, data, parts.next(measure.work(data)));
    int latencyBatch = evaluation.settings().latencyBatch();
    var alike = new Evaluation(evaluation.settings());
    var stages = new LinkedHashMap<String, Metrics>();
    between.forEach(
        (name, input) ->
            stages.put(
                name,
                isResult(job, input)
                    ? evaluation.result()
                    : alike.stage(
                        original,
                        subject(job, input),
                        data,
                        after(name, parts.next(measure.workOfStage(data))))));
    var times =
        new OperatorTimes(
            operatorTimes(original.model(), data, latencyBatch, parts.next(profile)),
            operatorTimes(result.model(), data, latencyBatch, parts.next(profile)));
    var details = new Details(notes(evaluation), evaluation, stages, times);
    return new StepResult(Optional.empty(), metrics(evaluation), details, message(evaluation));
  }

  private List<String> notes(EvaluationResult evaluation) {
    int batch = evaluation.settings().latencyBatch();
    return batch == settings.latencyBatchSize()
        ? List.of()
        : List.of(
            "latency is of %d samples at once, not of %d: a model fixes its batch, or the data has no more rows"
                .formatted(batch, settings.latencyBatchSize()));
  }

  /** Inputs that hold the models in between, by the name of the step that made them. */
  private static Map<String, String> stages(StepJob job) {
    var stages = new LinkedHashMap<String, String>();
    for (String input : job.request().inputs().keySet()) {
      if (input.startsWith(Artifact.STAGE)) {
        stages.put(input.substring(Artifact.STAGE.length()), input);
      }
    }
    return stages;
  }

  private static boolean isResult(StepJob job, String input) {
    return job.request().input(input).digest().equals(job.request().input(Artifact.MODEL).digest());
  }

  private static Progress after(String stage, Progress progress) {
    return (done, total, note) -> progress.update(done, total, "after " + stage + ": " + note);
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
        name(job, input),
        model,
        job.request().input(input).bytes(),
        whole(numbers.get("parameters")),
        whole(numbers.get("macs")));
  }

  private static String name(StepJob job, String input) {
    String role =
        switch (input) {
          case Artifact.ORIGINAL -> "the original, ";
          case Artifact.MODEL -> "the result, ";
          default -> "the model after " + input.substring(Artifact.STAGE.length()) + ", ";
        };
    String uri = job.request().input(input).uri();
    return role + uri.substring(uri.lastIndexOf('/') + 1);
  }

  private static OptionalLong whole(@Nullable Double number) {
    return number == null ? OptionalLong.empty() : OptionalLong.of(number.longValue());
  }

  private static List<OperatorTime> operatorTimes(
      Model model, Dataset data, int batch, Progress progress) {
    var profile = Profile.of(model, data, batch, 1, PROFILE_RUNS);
    progress.update(1, 1, "operators");
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
    String size =
        String.format(
            Locale.ROOT,
            "size ×%.3f, latency ×%.3f",
            (double) evaluation.result().sizeBytes() / evaluation.original().sizeBytes(),
            evaluation.comparison().latencyRatio().value());
    Estimate drop = evaluation.comparison().top1Drop();
    return drop == null
        ? size
        : "%s, top-1 %s on %s"
            .formatted(size, Metric.TOP1.difference(-drop.value()), samples(evaluation.samples()));
  }

  private static String samples(int count) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "sample" : "samples");
  }
}
