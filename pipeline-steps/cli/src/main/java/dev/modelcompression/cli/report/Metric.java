package dev.modelcompression.cli.report;

import java.util.Arrays;
import java.util.Optional;

/**
 * The metrics that a report knows by name: what they are called where, their unit, what is better.
 */
public enum Metric {
  TOP1("top1", "top1", "Top-1 accuracy", Unit.SHARE, true),
  TOP5("top5", "top5", "Top-5 accuracy", Unit.SHARE, true),
  AGREEMENT("agreement", "agreement", "Same answer as the original", Unit.SHARE, true),
  LATENCY_P50("latencyP50Ms", "latencyP50", "Latency p50", Unit.MILLISECONDS, false),
  LATENCY_P95("latencyP95Ms", "latencyP95", "Latency p95", Unit.MILLISECONDS, false),
  LATENCY_P99("latencyP99Ms", "latencyP99", "Latency p99", Unit.MILLISECONDS, false),
  THROUGHPUT("throughput", "throughput", "Throughput", Unit.PER_SECOND, true),
  SIZE("sizeBytes", "sizeBytes", "File size", Unit.BYTES, false),
  PARAMETERS("parameters", "parameters", "Parameters", Unit.COUNT, false),
  MACS("macs", "macs", "MACs", Unit.COUNT, false),
  PEAK_MEMORY("peakMemoryBytes", "peakMemoryBytes", "Peak memory (model only)", Unit.BYTES, false);

  private final String key;
  private final String ratioKey;
  private final String label;
  private final Unit unit;
  private final boolean higherIsBetter;

  Metric(String key, String ratioKey, String label, Unit unit, boolean higherIsBetter) {
    this.key = key;
    this.ratioKey = ratioKey;
    this.label = label;
    this.unit = unit;
    this.higherIsBetter = higherIsBetter;
  }

  /** A signed difference of two values for one line of text: "−0.61 pp", or "±0.00 pp" of none. */
  public String difference(double difference) {
    return unit.formatDifference(difference).replace('\u00a0', ' ');
  }

  /** The name in {@code metrics} maps, which carries the unit. */
  public String key() {
    return key;
  }

  /** The name in gates, {@code ratios} and {@code differences}. */
  public String ratioKey() {
    return ratioKey;
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  Unit unit() {
    return unit;
  }

  /** Whether accuracy-like: compared by difference, where the others are compared by ratio. */
  boolean isShare() {
    return unit == Unit.SHARE;
  }

  boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** The metric that a gate, {@code metrics}, {@code ratios} or {@code differences} names. */
  static Optional<Metric> named(String name) {
    return Arrays.stream(values())
        .filter(metric -> metric.key.equals(name) || metric.ratioKey.equals(name))
        .findFirst();
  }
}
