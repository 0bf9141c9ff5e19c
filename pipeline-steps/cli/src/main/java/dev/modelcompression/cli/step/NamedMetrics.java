package dev.modelcompression.cli.step;

import dev.modelcompression.runtime.evaluate.Metrics;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The numbers of one model by their names in the report; what was not measured is left out. */
public final class NamedMetrics {
  private NamedMetrics() {}

  /** All numbers that were measured. */
  public static Map<String, Double> of(Metrics metrics) {
    var named = new TreeMap<String, Double>();
    put(named, "top1", metrics.top1());
    put(named, "top5", metrics.top5());
    put(named, "latencyP50Ms", metrics.latencyP50Ms());
    put(named, "latencyP95Ms", metrics.latencyP95Ms());
    put(named, "latencyP99Ms", metrics.latencyP99Ms());
    put(named, "throughput", metrics.throughput());
    put(named, "sizeBytes", metrics.sizeBytes());
    put(named, "parameters", metrics.parameters());
    put(named, "macs", metrics.macs());
    put(named, "peakMemoryBytes", metrics.peakMemoryBytes());
    return named;
  }

  private static void put(Map<String, Double> named, String name, @Nullable Number value) {
    if (value != null) {
      named.put(name, value.doubleValue());
    }
  }
}
