package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Settings of an analyze step. */
public record AnalyzeSettings(
    @JsonPropertyDescription(
            "profileRuns is the number of inferences that time per node is the median of. 1 to 10,"
                + " because profiles are large; defaults to 10.")
        @Default("10")
        @Min(1)
        @Max(10)
        Integer profileRuns,
    @JsonPropertyDescription(
            "samples is how many samples of the calibration data value ranges are taken from. 0"
                + " leaves the ranges of activations out. 0 to 100000; defaults to 128.")
        @Default("128")
        @Min(0)
        @Max(100_000)
        Integer samples,
    @JsonPropertyDescription(
            "batchSize is the number of samples in one profiled inference. 1 to 1024; defaults to"
                + " 1.")
        @Default("1")
        @Min(1)
        @Max(1024)
        Integer batchSize)
    implements StepSettings {
  public AnalyzeSettings {
    profileRuns = profileRuns == null ? 10 : profileRuns;
    samples = samples == null ? 128 : samples;
    batchSize = batchSize == null ? 1 : batchSize;
  }
}
