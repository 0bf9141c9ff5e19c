package dev.modelcompression.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.cli.report.Gate;
import dev.modelcompression.cli.report.Interval;
import dev.modelcompression.engine.GateResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gates as reports show them: with the interval of the number that the limit is compared with. */
public final class Gates {
  private Gates() {}

  /**
   * The gates, in order.
   *
   * @param evaluation what the evaluate step found, if one ran
   */
  public static List<Gate> of(List<GateResult> results, Optional<JsonNode> evaluation) {
    return results.stream().map(result -> gate(result, evaluation)).toList();
  }

  private static Gate gate(GateResult gate, Optional<JsonNode> evaluation) {
    var kind = Gate.Kind.valueOf(gate.limit());
    String metric = gate.metric().yamlName();
    @Nullable Interval interval =
        switch (kind) {
          case maxDrop ->
              evaluation
                  .map(node -> node.path("comparison").path(metric + "Drop"))
                  .flatMap(Estimates::interval)
                  .orElse(null);
          case minRatio, maxRatio -> ratioIntervals(evaluation).get(metric);
          case min, max -> null;
        };
    return new Gate(
        metric, kind, gate.bound(), gate.value(), interval, gate.passed(), gate.message());
  }

  /** Intervals of result divided by original, by metric, where the evaluation has them. */
  static Map<String, Interval> ratioIntervals(Optional<JsonNode> evaluation) {
    Map<String, Interval> intervals = new LinkedHashMap<>();
    evaluation.ifPresent(
        node -> {
          var comparison = node.path("comparison");
          Estimates.interval(comparison.path("latencyRatio"))
              .ifPresent(i -> intervals.put("latencyP50", i));
          Estimates.interval(comparison.path("throughputRatio"))
              .ifPresent(i -> intervals.put("throughput", i));
        });
    return intervals;
  }
}
