package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A number that an evaluate step finds for the original and for the result. */
public enum Metric {
  /** Share of samples whose label is the best guess, 0 to 1. */
  @JsonProperty("top1")
  TOP1("top1", "top1", "fraction", false),
  /** Share of samples whose label is among the five best guesses, 0 to 1. */
  @JsonProperty("top5")
  TOP5("top5", "top5", "fraction", false),
  /** Share of samples for which the original's best guess is also the best guess, 0 to 1. */
  @JsonProperty("agreement")
  AGREEMENT("agreement", "agreement", "fraction", false),
  /** Median time of one inference. */
  @JsonProperty("latencyP50")
  LATENCY_P50("latencyP50", "latencyP50Ms", "milliseconds", true),
  /** Time within which 95 % of inferences end. */
  @JsonProperty("latencyP95")
  LATENCY_P95("latencyP95", "latencyP95Ms", "milliseconds", true),
  /** Time within which 99 % of inferences end. */
  @JsonProperty("latencyP99")
  LATENCY_P99("latencyP99", "latencyP99Ms", "milliseconds", true),
  /** Samples inferred in a second. */
  @JsonProperty("throughput")
  THROUGHPUT("throughput", "throughput", "samples per second", false),
  /** Size of the model file with its external data. */
  @JsonProperty("sizeBytes")
  SIZE_BYTES("sizeBytes", "sizeBytes", "bytes", true),
  /** Weights of the model. */
  @JsonProperty("parameters")
  PARAMETERS("parameters", "parameters", "count", true),
  /** Multiplications with addition for one sample. */
  @JsonProperty("macs")
  MACS("macs", "macs", "count", true),
  /** Weights plus the most that the runtime holds for activations at once. */
  @JsonProperty("peakMemoryBytes")
  PEAK_MEMORY_BYTES("peakMemoryBytes", "peakMemoryBytes", "bytes", true);

  private final String yamlName;
  private final String reportName;
  private final String unit;
  private final boolean lowerIsBetter;

  Metric(String yamlName, String reportName, String unit, boolean lowerIsBetter) {
    this.yamlName = yamlName;
    this.reportName = reportName;
    this.unit = unit;
    this.lowerIsBetter = lowerIsBetter;
  }

  /** How the spec writes the metric, such as {@code latencyP50}. */
  public String yamlName() {
    return yamlName;
  }

  /** How reports write the metric, with its unit where it has one, such as {@code latencyP50Ms}. */
  public String reportName() {
    return reportName;
  }

  /** Key of the original's value among an evaluate step's metrics. */
  public String originalKey() {
    return "original." + reportName;
  }

  /** Key of the result's value among an evaluate step's metrics. */
  public String resultKey() {
    return "result." + reportName;
  }

  /** Unit in words. */
  public String unit() {
    return unit;
  }

  /** Whether a smaller number is the better one. */
  public boolean lowerIsBetter() {
    return lowerIsBetter;
  }
}
