package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step of one trial: what it was told, what it took, and what its output measures. */
public record Stage(
    @JsonPropertyDescription("Name of the step in the ModelCompression.") String name,
    @JsonPropertyDescription(
            "Kind of step: Analyze, Optimize, Prune, FineTune, Quantize, Evaluate, …")
        String type,
    @JsonPropertyDescription("Number of the trial that the step belongs to, from 1.") int trial,
    @JsonPropertyDescription("Done, Cached (taken over from an earlier run), Failed or Skipped.")
        State state,
    @JsonPropertyDescription(
            "Wall time of the step in seconds, of a cached one when it was computed; absent when it did not run.")
        @Nullable Double seconds,
    @JsonPropertyDescription("Digest of the model that the step wrote; absent when it wrote none.")
        @Nullable String digest,
    @JsonPropertyDescription(
            "Numbers measured on the step's output model, named as in `result.metrics`.")
        Map<String, Double> metrics,
    @JsonPropertyDescription(
            "Confidence intervals (level in `lineage.method.confidence`) of `metrics`, by the same names, where computed.")
        Map<String, Interval> intervals,
    @JsonPropertyDescription(
            "The step's settings with all defaults filled in, as the step got them.")
        JsonNode settings,
    @JsonPropertyDescription("What the step did or why it failed, sentences for people.")
        List<String> notes) {

  /** How a step ended. */
  public enum State {
    Done,
    Cached,
    Failed,
    Skipped
  }

  public Stage {
    seconds = Numbers.finite(seconds);
    metrics = Numbers.finite(metrics);
    intervals = Numbers.ordered(intervals);
    notes = List.copyOf(notes);
  }
}
