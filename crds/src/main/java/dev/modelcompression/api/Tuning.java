package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** What to do when a gate fails. */
public record Tuning(
    @JsonPropertyDescription(
            "maxTrials is how often the pipeline may run in all, each time with gentler settings than"
                + " before, until all gates pass. 1 never tries again. 1 to 16; defaults to 1.")
        @Default("1")
        @Min(1)
        @Max(16)
        Integer maxTrials) {
  public Tuning {
    maxTrials = maxTrials == null ? 1 : maxTrials;
  }

  /** One trial. */
  public static Tuning defaults() {
    return new Tuning(1);
  }
}
