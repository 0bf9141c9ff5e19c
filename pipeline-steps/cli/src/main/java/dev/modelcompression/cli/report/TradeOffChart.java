package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Accuracy (upwards, in percent) against latency (to the right, in milliseconds), a numbered point
 * per model.
 *
 * <p>A stage far below both ends, such as a network that was pruned and not yet retrained, would
 * squeeze the difference that matters into a line: it is drawn on the lower edge and says so.
 */
record TradeOffChart(List<Scale.Tick> x, List<Scale.Tick> y, List<Point> points) {
  /** How many times the distance between original and result the axis reaches below them. */
  private static final double REACH = 4;

  /** The least that the accuracy axis covers, in percent. */
  private static final double LEAST_SPAN = 1;

  /**
   * One model.
   *
   * @param kind original, stage or result: the style of the point
   * @param below whether the true point lies below the chart
   * @param errorBottom lower end of the interval in percent of the axis; empty without an interval
   */
  record Point(
      int number,
      String name,
      String kind,
      String text,
      String left,
      String bottom,
      boolean below,
      String errorBottom,
      String errorHeight) {}

  private record Model(
      String name, String kind, double millis, double accuracy, @Nullable Interval interval) {}

  /** The chart, without points when fewer than two models have both numbers. */
  static TradeOffChart of(Report report) {
    List<Model> models = models(report);
    if (models.size() < 2) {
      return new TradeOffChart(List.of(), List.of(), List.of());
    }
    Scale x = Scale.covering(0, models.stream().mapToDouble(Model::millis).max().orElse(1), 5);
    double floor = floor(models);
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Model model : models) {
      if (model.accuracy() >= floor) {
        low = Math.min(low, model.interval() == null ? model.accuracy() : model.interval().low());
        high =
            Math.max(high, model.interval() == null ? model.accuracy() : model.interval().high());
      }
    }
    Scale y = Scale.covering(low * 100, high * 100, 5);
    var points = new ArrayList<Point>();
    for (Model model : models) {
      points.add(point(points.size() + 1, model, x, y));
    }
    return new TradeOffChart(x.labels(), y.labels(), List.copyOf(points));
  }

  private static double floor(List<Model> models) {
    double lowest = 1;
    double highest = 0;
    for (Model model : models) {
      if (!model.kind().equals("stage")) {
        lowest = Math.min(lowest, model.accuracy());
        highest = Math.max(highest, model.accuracy());
      }
    }
    return lowest - REACH * Math.max(highest - lowest, LEAST_SPAN / 100);
  }

  private static List<Model> models(Report report) {
    var models = new ArrayList<Model>();
    Side original = report.original();
    add(models, "Original", "original", original.metrics(), original.intervals());
    Side result = report.result();
    for (Stage stage : report.chosenStages()) {
      // The stage that made the result is the result.
      if (result == null || !Objects.equals(stage.digest(), result.digest())) {
        add(models, stage.name(), "stage", stage.metrics(), stage.intervals());
      }
    }
    if (result != null) {
      add(models, "Result", "result", result.metrics(), result.intervals());
    }
    return models;
  }

  private static void add(
      List<Model> models,
      String name,
      String kind,
      Map<String, Double> metrics,
      Map<String, Interval> intervals) {
    Double millis = metrics.get(Metric.LATENCY_P50.key());
    Double accuracy = metrics.get(Metric.TOP1.key());
    if (millis != null && accuracy != null) {
      models.add(new Model(name, kind, millis, accuracy, intervals.get(Metric.TOP1.key())));
    }
  }

  private static Point point(int number, Model model, Scale x, Scale y) {
    boolean below = model.accuracy() * 100 < y.low();
    Interval interval = below ? null : model.interval();
    double bottom = interval == null ? 0 : y.position(interval.low() * 100);
    double top = interval == null ? 0 : y.position(interval.high() * 100);
    return new Point(
        number,
        model.name(),
        model.kind(),
        Metric.LATENCY_P50.unit().format(model.millis())
            + ", "
            + Metric.TOP1.unit().format(model.accuracy()),
        Scale.percent(x.position(model.millis())),
        Scale.percent(y.position(model.accuracy() * 100)),
        below,
        interval == null ? "" : Scale.percent(bottom),
        interval == null ? "" : Scale.percent(top - bottom));
  }
}
