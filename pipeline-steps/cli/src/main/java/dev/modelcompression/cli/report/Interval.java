package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * Where the true value lies with the confidence that was asked for, in the unit of the number that
 * it belongs to.
 */
public record Interval(
    @JsonPropertyDescription(
            "Lower end of the confidence interval (level in `lineage.method.confidence`).")
        double low,
    @JsonPropertyDescription(
            "Upper end of the confidence interval (level in `lineage.method.confidence`).")
        double high) {

  public Interval {
    if (!(Double.isFinite(low) && Double.isFinite(high) && low <= high)) {
      throw new IllegalArgumentException(
          "interval is [" + low + ", " + high + "], expected finite ends, the lower one first");
    }
  }
}
