package dev.modelcompression.operator.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured, one row a metric: the median of all runs and, where they differ, the range.
 */
final class Table {
  private record Metric(String name, String limit, String unit) {}

  private final Map<Metric, List<Double>> rows = new LinkedHashMap<>();

  /** Adds what a run measured. */
  void add(String name, String limit, String unit, double value) {
    System.err.printf("%s: %s%s%n", name, number(value), unit);
    rows.computeIfAbsent(new Metric(name, limit, unit), metric -> new ArrayList<>()).add(value);
  }

  /** The table in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder("| | asked | measured, median (range) | runs |\n");
    text.append("| --- | --- | --- | --- |\n");
    rows.forEach(
        (metric, values) ->
            text.append(
                "| %s | %s | %s%s%s | %d |%n"
                    .formatted(
                        metric.name,
                        metric.limit,
                        number(quantile(values, 0.5)),
                        metric.unit,
                        range(values),
                        values.size())));
    return text.toString();
  }

  private static String range(List<Double> values) {
    String least = number(quantile(values, 0));
    String most = number(quantile(values, 1));
    return least.equals(most) ? "" : " (%s–%s)".formatted(least, most);
  }

  /** A quantile by the nearest rank. */
  static double quantile(Collection<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(share * sorted.size());
    return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(rank - 1, 0));
  }

  private static String number(double value) {
    return value == Math.rint(value) || value >= 100
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
