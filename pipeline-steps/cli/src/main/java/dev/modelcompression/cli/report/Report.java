package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.Datasets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All facts of one finished run, as {@code report.json} holds them.
 *
 * @param ratios result divided by original, by {@link Metric#ratioKey()}
 * @param differences result minus original, by {@link Metric#ratioKey()}
 */
public record Report(
    @JsonPropertyDescription("Format of this file: `modelcompression.dev/report/v1`.")
        String schema,
    @JsonPropertyDescription("Name of the ModelCompression.") String name,
    @JsonPropertyDescription(
            "Passed (every gate passed), Failed (a gate failed), BestEffort (no trial passed every gate, the result"
                + " is the closest) or Incomplete (a step failed, there is no result).")
        Verdict verdict,
    @JsonPropertyDescription("The outcome in one sentence.") String summary,
    @JsonPropertyDescription("The conditions on the result, as written in the ModelCompression.")
        List<Gate> gates,
    @JsonPropertyDescription("The model that was compressed.") Side original,
    @JsonPropertyDescription("The compressed model; absent when there is none.")
        @Nullable Side result,
    @JsonPropertyDescription(
            "Result divided by original, by metric (latency without its unit: `latencyP50`).")
        Map<String, Double> ratios,
    @JsonPropertyDescription(
            "Confidence intervals (level in `lineage.method.confidence`) of `ratios`, by the same names, where computed.")
        Map<String, Interval> ratioIntervals,
    @JsonPropertyDescription(
            "Result minus original, for the metrics that are shares from 0 to 1: negative is a loss.")
        Map<String, Double> differences,
    @JsonPropertyDescription(
            "Confidence intervals (level in `lineage.method.confidence`) of `differences` (paired bootstrap over the same samples), where computed.")
        Map<String, Interval> differenceIntervals,
    @JsonPropertyDescription("Every step of every trial, in the order of the run.")
        List<Stage> stages,
    @JsonPropertyDescription("Every trial, in the order of the run.") List<Trial> trials,
    @JsonPropertyDescription(
            "What the analysis of the original advises and the run has not done, most promising first.")
        List<Advice> advice,
    @JsonPropertyDescription("Findings per node, layer and epoch.") Details details,
    @JsonPropertyDescription(
            "Inputs, seed, versions and machine: what is needed to repeat the run.")
        Lineage lineage) {

  /** The value of {@code schema}; a breaking change of the format changes it. */
  public static final String SCHEMA = "modelcompression.dev/report/v1";

  public Report {
    gates = List.copyOf(gates);
    ratios = Numbers.finite(ratios);
    ratioIntervals = Numbers.ordered(ratioIntervals);
    differences = Numbers.finite(differences);
    differenceIntervals = Numbers.ordered(differenceIntervals);
    stages = List.copyOf(stages);
    trials = List.copyOf(trials);
    advice = List.copyOf(advice);
  }

  /**
   * The report on a run; ratios, differences and the summary follow from the rest.
   *
   * @param ratioIntervals by {@link Metric#ratioKey()}, those that were computed
   * @param differenceIntervals of result minus original, by {@link Metric#ratioKey()}
   */
  public static Report of(
      String name,
      Verdict verdict,
      List<Gate> gates,
      Side original,
      @Nullable Side result,
      Map<String, Interval> ratioIntervals,
      Map<String, Interval> differenceIntervals,
      List<Stage> stages,
      List<Trial> trials,
      List<Advice> advice,
      Details details,
      Lineage lineage) {
    var ratios = new LinkedHashMap<String, Double>();
    var differences = new LinkedHashMap<String, Double>();
    if (result != null) {
      compare(original.metrics(), result.metrics(), ratios, differences);
    }
    return new Report(
        SCHEMA,
        name,
        verdict,
        Summary.of(verdict, gates, ratios, differences, stages),
        gates,
        original,
        result,
        ratios,
        ratioIntervals,
        differences,
        differenceIntervals,
        stages,
        trials,
        advice,
        details,
        lineage);
  }

  private static void compare(
      Map<String, Double> original,
      Map<String, Double> result,
      Map<String, Double> ratios,
      Map<String, Double> differences) {
    for (Metric metric : Metric.values()) {
      Double before = original.get(metric.key());
      Double after = result.get(metric.key());
      if (before == null || after == null) {
        continue;
      }
      if (metric.isShare()) {
        differences.put(metric.ratioKey(), after - before);
      } else if (before != 0) {
        ratios.put(metric.ratioKey(), after / before);
      }
    }
  }

  /** How many samples the verdict rests on, as a sentence; empty when nothing was evaluated. */
  String evaluatedOn() {
    if (result == null || lineage.method().repetitions() == 0) {
      return "";
    }
    return lineage.datasets().stream()
        .filter(data -> data.role().equals(Datasets.EVALUATION))
        .map(data -> String.format(Locale.ROOT, "Evaluated on %,d samples.", data.rows()))
        .findFirst()
        .orElse("");
  }

  /**
   * The stages that led to the result: for each step the one of the chosen trial, or of the last
   * trial before it where the chosen one shares its outcome.
   */
  List<Stage> chosenStages() {
    int chosen =
        trials.stream()
            .filter(Trial::chosen)
            .mapToInt(Trial::trial)
            .findFirst()
            .orElse(Integer.MAX_VALUE);
    var byStep = new LinkedHashMap<String, Stage>();
    for (Stage stage : stages) {
      if (stage.trial() <= chosen) {
        byStep.merge(stage.name(), stage, (a, b) -> b.trial() >= a.trial() ? b : a);
      }
    }
    return List.copyOf(byStep.values());
  }
}
