package dev.modelcompression.cli.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Accuracy per class before and after.
 *
 * @param shown every class, or of many classes those that lost most
 * @param all every class when {@code shown} is not; else empty
 */
record ClassTable(List<Row> shown, List<Row> all) {
  private static final int MANY = 20;
  private static final int LOSERS = 10;

  /** One class. */
  record Row(String label, String samples, String original, String result, String change) {}

  private record Pair(String label, long samples, @Nullable Double before, @Nullable Double after) {
    /** Result minus original; classes without both come last. */
    double change() {
      return before == null || after == null ? Double.POSITIVE_INFINITY : after - before;
    }

    Row row() {
      return new Row(
          label,
          String.format(Locale.ROOT, "%,d", samples),
          before == null ? StageTable.MISSING : Unit.SHARE.format(before),
          after == null ? StageTable.MISSING : Unit.SHARE.format(after),
          before == null || after == null
              ? StageTable.MISSING
              : Unit.SHARE.formatDifference(after - before));
    }
  }

  static ClassTable of(Report report) {
    Side result = report.result();
    Map<String, Side.ClassAccuracy> after =
        result == null
            ? Map.of()
            : result.perClass().stream()
                .collect(
                    Collectors.toMap(Side.ClassAccuracy::label, Function.identity(), (a, b) -> a));
    List<Pair> pairs =
        report.original().perClass().stream()
            .map(
                before ->
                    new Pair(
                        before.label(),
                        before.samples(),
                        before.accuracy(),
                        Optional.ofNullable(after.get(before.label()))
                            .map(Side.ClassAccuracy::accuracy)
                            .orElse(null)))
            .toList();
    List<Row> all = pairs.stream().map(Pair::row).toList();
    if (all.size() <= MANY) {
      return new ClassTable(all, List.of());
    }
    return new ClassTable(
        pairs.stream()
            .sorted(Comparator.comparingDouble(Pair::change))
            .limit(LOSERS)
            .map(Pair::row)
            .toList(),
        all);
  }
}
