package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * One condition that the result must meet.
 *
 * @param value the number that the limit is compared with; absent when it was not measured, and
 *     then the gate has not passed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Gate(
    @JsonPropertyDescription(
            "What is judged, as written in the ModelCompression: top1, latencyP50, sizeBytes, …")
        String metric,
    @JsonPropertyDescription(
            "How the limit is meant: `min` and `max` bound the result itself, `maxDrop` how far it may fall below"
                + " the original, `minRatio` and `maxRatio` result divided by original.")
        Kind kind,
    @JsonPropertyDescription(
            "The limit, in the metric's unit for min, max and maxDrop; a ratio for minRatio and maxRatio.")
        double limit,
    @JsonPropertyDescription(
            "What the limit is compared with: the metric, its drop or its ratio, by `kind`. Absent when it was not"
                + " measured; the gate has then not passed.")
        @Nullable Double value,
    @JsonPropertyDescription(
            "Confidence interval (level in `lineage.method.confidence`) of `value`, where one was computed.")
        @Nullable Interval interval,
    @JsonPropertyDescription("Whether the gate let the result through.") boolean passed,
    @JsonPropertyDescription("The outcome in words.") String message) {

  /** How a limit is compared; the names are those of the ModelCompression's fields. */
  public enum Kind {
    min,
    max,
    maxDrop,
    minRatio,
    maxRatio;

    /** Whether the limit is the least that passes; otherwise it is the most. */
    boolean isLeast() {
      return this == min || this == minRatio;
    }
  }

  public Gate {
    value = Numbers.finite(value);
    if (value == null && passed) {
      throw new IllegalArgumentException("gate on " + metric + " has no value, so it cannot pass");
    }
  }

  /** How far the value is on the wrong side of the limit; zero when it is not, or not measured. */
  public double missedBy() {
    if (value == null || passed) {
      return 0;
    }
    return Math.abs(value - limit);
  }
}
