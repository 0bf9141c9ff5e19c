package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The way from the original to the result: one row a model, one column a metric. */
record StageTable(List<Metric> columns, List<Row> rows) {
  /** What stands where a number was not measured. */
  static final String MISSING = "\u2013";

  private static final List<Metric> ALWAYS =
      List.of(Metric.SIZE, Metric.PARAMETERS, Metric.MACS, Metric.LATENCY_P50, Metric.TOP1);

  /**
   * One model.
   *
   * @param note what the step says of itself, may be empty
   * @param headline whether the row is the original or the result
   */
  record Row(String name, String note, boolean headline, List<Cell> cells) {}

  /**
   * One number.
   *
   * @param compared the number against the original; empty for the original
   * @param interval where the true value lies; empty when that is not known
   */
  record Cell(String label, String value, String compared, String interval) {}

  static StageTable of(Report report) {
    List<Stage> stages =
        report.chosenStages().stream()
            .filter(stage -> !stage.metrics().isEmpty() || stage.state() == Stage.State.Failed)
            .toList();
    List<Metric> columns = columns(report, stages);
    Side original = report.original();
    Map<String, Double> before = original.metrics();
    var rows = new ArrayList<Row>();
    rows.add(
        new Row(
            "Original",
            original.name(),
            true,
            cells(columns, before, original.intervals(), Map.of())));
    Optional<Stage> maker = maker(report, stages);
    for (Stage stage : maker.isEmpty() ? stages : stages.subList(0, stages.size() - 1)) {
      rows.add(
          new Row(
              stage.name(),
              note(stage),
              false,
              cells(columns, stage.metrics(), stage.intervals(), before)));
    }
    Side result = report.result();
    if (result != null) {
      rows.add(
          new Row(
              maker.map(stage -> "Result: " + stage.name()).orElse("Result"),
              maker.map(StageTable::note).orElse(result.name()),
              true,
              cells(columns, result.metrics(), result.intervals(), before)));
    }
    return new StageTable(columns, List.copyOf(rows));
  }

  /** The last stage, where the result is its model: one row shows both. */
  private static Optional<Stage> maker(Report report, List<Stage> stages) {
    Side result = report.result();
    if (result == null || stages.isEmpty()) {
      return Optional.empty();
    }
    Stage last = stages.get(stages.size() - 1);
    return result.digest().equals(last.digest()) ? Optional.of(last) : Optional.empty();
  }

  /** Agreement stands in where there are no labels to measure accuracy with. */
  private static List<Metric> columns(Report report, List<Stage> stages) {
    boolean accuracy = report.original().metrics().containsKey(Metric.TOP1.key());
    boolean agreement =
        Stream.concat(
                stages.stream().map(Stage::metrics),
                Stream.ofNullable(report.result()).map(Side::metrics))
            .anyMatch(metrics -> metrics.containsKey(Metric.AGREEMENT.key()));
    if (accuracy || !agreement) {
      return ALWAYS;
    }
    return ALWAYS.stream()
        .map(metric -> metric == Metric.TOP1 ? Metric.AGREEMENT : metric)
        .toList();
  }

  private static String note(Stage stage) {
    String note = stage.notes().isEmpty() ? "" : stage.notes().get(0);
    return switch (stage.state()) {
      case Failed -> "Failed. " + note;
      case Skipped -> "Skipped. " + note;
      case Done, Cached -> note;
    };
  }

  private static List<Cell> cells(
      List<Metric> columns,
      Map<String, Double> metrics,
      Map<String, Interval> intervals,
      Map<String, Double> before) {
    return columns.stream().map(metric -> cell(metric, metrics, intervals, before)).toList();
  }

  private static Cell cell(
      Metric metric,
      Map<String, Double> metrics,
      Map<String, Interval> intervals,
      Map<String, Double> before) {
    Double value = metrics.get(metric.key());
    if (value == null) {
      return new Cell(metric.label(), MISSING, "", "");
    }
    Double reference = before.get(metric.key());
    return new Cell(
        metric.label(),
        metric.unit().format(value),
        reference == null ? "" : compared(metric, reference, value),
        interval(metric, intervals.get(metric.key())));
  }

  /** A share by its difference, anything else by its ratio. */
  static String compared(Metric metric, double before, double after) {
    if (metric.isShare()) {
      return metric.unit().formatDifference(after - before);
    }
    return before == 0 ? "" : ratio(after / before);
  }

  static String ratio(double ratio) {
    return String.format(Locale.ROOT, ratio < 10 ? "%.3f\u00a0\u00d7" : "%.1f\u00a0\u00d7", ratio);
  }

  static String interval(Metric metric, @Nullable Interval interval) {
    return interval == null ? "" : metric.unit().formatInterval(interval);
  }
}
