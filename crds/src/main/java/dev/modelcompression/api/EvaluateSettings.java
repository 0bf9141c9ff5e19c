package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Settings of an evaluate step. */
public record EvaluateSettings(
    @JsonPropertyDescription(
            "batchSize is the number of samples in one inference while accuracy is measured. 1 to"
                + " 4096; defaults to 64.")
        @Default("64")
        @Min(1)
        @Max(4096)
        Integer batchSize,
    @JsonPropertyDescription(
            "latencyRuns is the number of timed inferences of each model; both models take turns. 10"
                + " to 100000; defaults to 300.")
        @Default("300")
        @Min(10)
        @Max(100_000)
        Integer latencyRuns,
    @JsonPropertyDescription(
            "warmupRuns is the number of inferences before timing begins. 0 to 10000; defaults to"
                + " 30.")
        @Default("30")
        @Min(0)
        @Max(10_000)
        Integer warmupRuns,
    @JsonPropertyDescription(
            "latencyBatchSize is the number of samples in one timed inference. 1 to 1024; defaults to"
                + " 1.")
        @Default("1")
        @Min(1)
        @Max(1024)
        Integer latencyBatchSize,
    @JsonPropertyDescription(
            "threads is the number of threads of one inference. 1 to 256; defaults to 1, which depends"
                + " least on what else the machine does.")
        @Default("1")
        @Min(1)
        @Max(256)
        Integer threads,
    @JsonPropertyDescription(
            "bootstrapSamples is the number of resamples behind every confidence interval. 100 to"
                + " 100000; defaults to 1000.")
        @Default("1000")
        @Min(100)
        @Max(100_000)
        Integer bootstrapSamples,
    @JsonPropertyDescription(
            "confidence is the level of the confidence intervals. 0.5 to 0.999; defaults to 0.95.")
        @Default("0.95")
        @Min(0.5)
        @Max(0.999)
        Double confidence)
    implements StepSettings {
  public EvaluateSettings {
    batchSize = batchSize == null ? 64 : batchSize;
    latencyRuns = latencyRuns == null ? 300 : latencyRuns;
    warmupRuns = warmupRuns == null ? 30 : warmupRuns;
    latencyBatchSize = latencyBatchSize == null ? 1 : latencyBatchSize;
    threads = threads == null ? 1 : threads;
    bootstrapSamples = bootstrapSamples == null ? 1000 : bootstrapSamples;
    confidence = confidence == null ? 0.95 : confidence;
  }
}
