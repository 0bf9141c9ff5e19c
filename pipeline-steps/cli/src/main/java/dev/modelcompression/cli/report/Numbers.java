package dev.modelcompression.cli.report;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds numbers to the report's rules: what is not known is absent, never NaN and never zero; and
 * metrics stand in one order everywhere, the known ones first.
 */
final class Numbers {
  private static final Comparator<String> ORDER =
      Comparator.comparing((String name) -> Metric.named(name).map(Metric::ordinal).orElse(99))
          .thenComparing(Comparator.naturalOrder());

  private Numbers() {}

  static @Nullable Double finite(@Nullable Double value) {
    return value != null && Double.isFinite(value) ? value : null;
  }

  /** The finite entries. */
  static SortedMap<String, Double> finite(Map<String, Double> values) {
    var kept = new TreeMap<String, Double>(ORDER);
    kept.putAll(values);
    kept.values().removeIf(value -> !Double.isFinite(value));
    return Collections.unmodifiableSortedMap(kept);
  }

  static <V> SortedMap<String, V> ordered(Map<String, V> values) {
    var ordered = new TreeMap<String, V>(ORDER);
    ordered.putAll(values);
    return Collections.unmodifiableSortedMap(ordered);
  }
}
