package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.Durations;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is measured while a release goes on, and what decides. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self.metrics.all(m, self.metrics.exists_one(n, n.name == m.name))",
    message = "names of metrics must differ",
    fieldPath = ".metrics")
@ValidationRule(
    value = "!has(self.dataset) || (has(self.dataset.uri) && !has(self.dataset.from))",
    message = "expected a uri",
    fieldPath = ".dataset")
@ValidationRule(
    value = "self.metrics.all(m, !has(m.query)) || has(self.prometheus)",
    message = "prometheus is missing, but a metric has a query")
public record Analysis(
    @JsonPropertyDescription(
            "interval is the time from one measurement to the next. Defaults to 1m.")
        @Default("1m")
        @Pattern(Durations.PATTERN)
        String interval,
    @JsonPropertyDescription(
            "dataset is labelled data that both models are asked, by its location. As the template of"
                + " a ModelCompression it can be left out: then it is datasets.evaluation.")
        @Nullable DatasetSource dataset,
    @JsonPropertyDescription(
            "samples is how many of them each measurement takes. 1 to 100000; defaults to 500.")
        @Default("500")
        @Min(1)
        @Max(100_000)
        Integer samples,
    @JsonPropertyDescription(
            "minSamples is how many answers of the candidate there must be before anything passes. 1"
                + " to 10000000; defaults to 500.")
        @Default("500")
        @Min(1)
        @Max(10_000_000)
        Integer minSamples,
    @JsonPropertyDescription(
            "confidence is how sure a verdict must be; the chance that a good candidate is rolled back"
                + " by a whole release stays below 1 - confidence for each metric. 0.5 to 0.999;"
                + " defaults to 0.95.")
        @Default("0.95")
        @Min(0.5)
        @Max(0.999)
        Double confidence,
    @JsonPropertyDescription(
            "failureLimit is how many measurements may fail before the release is rolled back. 0 to"
                + " 100; defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(100)
        Integer failureLimit,
    @JsonPropertyDescription(
            "inconclusiveLimit is how many measurements of one step may stay undecided before the"
                + " release pauses for a person. 0 to 1000; defaults to 30.")
        @Default("30")
        @Min(0)
        @Max(1000)
        Integer inconclusiveLimit,
    @JsonPropertyDescription("prometheus is the server that queries are sent to.")
        @Nullable Prometheus prometheus,
    @JsonPropertyDescription("metrics are what decides. 1 to 16.")
        @Required
        @Size(min = 1, max = 16)
        List<ReleaseMetric> metrics) {
  public Analysis {
    interval = interval == null ? "1m" : interval;
    samples = samples == null ? 500 : samples;
    minSamples = minSamples == null ? 500 : minSamples;
    confidence = confidence == null ? 0.95 : confidence;
    failureLimit = failureLimit == null ? 0 : failureLimit;
    inconclusiveLimit = inconclusiveLimit == null ? 30 : inconclusiveLimit;
    metrics = List.copyOf(metrics);
  }

  /** The same, judged by other metrics. */
  public Analysis withMetrics(List<ReleaseMetric> metrics) {
    return new Analysis(
        interval,
        dataset,
        samples,
        minSamples,
        confidence,
        failureLimit,
        inconclusiveLimit,
        prometheus,
        metrics);
  }

  /** A Prometheus server. */
  public record Prometheus(
      @JsonPropertyDescription("url is its address, such as http://prometheus.monitoring:9090.")
          @Required
          @Pattern("^https?://[^?#@\\s]+$")
          @Size(max = 300)
          String url) {}
}
