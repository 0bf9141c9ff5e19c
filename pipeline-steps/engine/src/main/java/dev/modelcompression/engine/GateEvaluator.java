package dev.modelcompression.engine;

import dev.modelcompression.api.Gate;
import dev.modelcompression.api.Metric;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds gates against the numbers of an evaluate step. A number that is missing never passes. */
public final class GateEvaluator {
  /** 0.9321 − 0.9271 is 0.0050000000000000044: a limit that is just kept must pass. */
  private static final double ROUNDING = 1e-12;

  private GateEvaluator() {}

  /**
   * Evaluates every limit of every gate, in order.
   *
   * @param metrics numbers by {@link Metric#originalKey()} and {@link Metric#resultKey()}
   */
  public static List<GateResult> evaluate(List<Gate> gates, Map<String, Double> metrics) {
    List<GateResult> results = new ArrayList<>();
    for (Gate gate : gates) {
      Metric metric = gate.metric();
      Double result = finite(metrics.get(metric.resultKey()));
      Double original = finite(metrics.get(metric.originalKey()));
      Double drop = result == null || original == null ? null : finite(drop(original, result));
      Double ratio = result == null || original == null ? null : finite(result / (double) original);
      add(results, metric, "min", gate.min(), result, false);
      add(results, metric, "max", gate.max(), result, true);
      add(results, metric, "maxDrop", gate.maxDrop(), drop, true);
      add(results, metric, "minRatio", gate.minRatio(), ratio, false);
      add(results, metric, "maxRatio", gate.maxRatio(), ratio, true);
    }
    return results;
  }

  private static void add(
      List<GateResult> results,
      Metric metric,
      String limit,
      @Nullable Double bound,
      @Nullable Double value,
      boolean upper) {
    if (bound == null) {
      return;
    }
    boolean passed =
        value != null && (upper ? value <= bound + ROUNDING : value >= bound - ROUNDING);
    String name = metric.yamlName() + " " + limit + " " + number(bound);
    String message =
        value == null
            ? name + ": no number was measured"
            : "%s: %s%s"
                .formatted(
                    name,
                    number(value),
                    passed ? "" : ", missed by " + number(Math.abs(value - bound)));
    results.add(new GateResult(metric, limit, bound, value, passed, message));
  }

  /** In decimals, so that 0.9 - 0.895 keeps a limit of 0.005. */
  private static double drop(double original, double result) {
    return BigDecimal.valueOf(original).subtract(BigDecimal.valueOf(result)).doubleValue();
  }

  private static @Nullable Double finite(@Nullable Double value) {
    return value == null || !Double.isFinite(value) ? null : value;
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    String text = String.format(Locale.ROOT, "%.6g", value);
    return new BigDecimal(text).stripTrailingZeros().toPlainString();
  }
}
