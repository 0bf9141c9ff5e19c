package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the two models that the report compares.
 *
 * @param metrics by {@link Metric#key()}; a number that was not measured is absent
 */
public record Side(
    @JsonPropertyDescription("File name or title of the model.") String name,
    @JsonPropertyDescription("Where the model lies.") String uri,
    @JsonPropertyDescription("Content digest, `sha256:` and 64 hex digits.") String digest,
    @JsonPropertyDescription(
            "Measured numbers by metric; a number that was not measured is absent.")
        Map<String, Double> metrics,
    @JsonPropertyDescription(
            "Confidence intervals (level in `lineage.method.confidence`) of `metrics`, by the same names, where computed.")
        Map<String, Interval> intervals,
    @JsonPropertyDescription("Accuracy of each class; empty when the data set has no labels.")
        List<ClassAccuracy> perClass) {

  public Side {
    metrics = Numbers.finite(metrics);
    intervals = Numbers.ordered(intervals);
    perClass = List.copyOf(perClass);
  }

  /** The accuracy over the samples of one class. */
  public record ClassAccuracy(
      @JsonPropertyDescription("Name of the class, or its index.") String label,
      @JsonPropertyDescription("Evaluation samples of this class.") long samples,
      @JsonPropertyDescription(
              "Share of them with the right first answer, 0 to 1; absent without samples.")
          @Nullable Double accuracy) {

    public ClassAccuracy {
      accuracy = Numbers.finite(accuracy);
    }
  }
}
