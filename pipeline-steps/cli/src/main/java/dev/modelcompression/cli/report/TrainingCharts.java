package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Loss and validation accuracy over the epochs, and the same in numbers. */
record TrainingCharts(List<Line> charts, List<Epoch> epochs) {

  /**
   * One curve.
   *
   * @param segments lines as SVG point lists in percent of the plot, y downwards, one a step
   */
  record Line(
      String title,
      List<Scale.Tick> x,
      List<Scale.Tick> y,
      List<String> segments,
      List<Dot> dots) {}

  /** One epoch on a curve. */
  record Dot(String left, String bottom, String text) {}

  /** One epoch in numbers. */
  record Epoch(
      String stage, int epoch, String loss, String accuracy, String rate, String seconds) {}

  private record Value(int at, String stage, double value) {}

  static TrainingCharts of(List<Details.TrainingEpoch> epochs) {
    var loss = new ArrayList<Value>();
    var accuracy = new ArrayList<Value>();
    for (int i = 0; i < epochs.size(); i++) {
      int at = i + 1;
      Details.TrainingEpoch epoch = epochs.get(i);
      if (Double.isFinite(epoch.trainLoss())) {
        loss.add(new Value(at, epoch.stage(), epoch.trainLoss()));
      }
      Optional.ofNullable(epoch.validationAccuracy())
          .ifPresent(value -> accuracy.add(new Value(at, epoch.stage(), value * 100)));
    }
    var charts = new ArrayList<Line>();
    if (loss.size() > 1) { // one point is no curve
      charts.add(line("Training loss", loss));
    }
    if (accuracy.size() > 1) {
      charts.add(line("Validation accuracy, %", accuracy));
    }
    return new TrainingCharts(
        List.copyOf(charts), epochs.stream().map(TrainingCharts::epoch).toList());
  }

  private static Line line(String title, List<Value> values) {
    int last = values.get(values.size() - 1).at();
    double low = values.stream().mapToDouble(Value::value).min().orElse(0);
    double high = values.stream().mapToDouble(Value::value).max().orElse(1);
    Scale y = Scale.covering(low, high, 4);
    var segments = new ArrayList<String>();
    var dots = new ArrayList<Dot>();
    var points = new StringBuilder();
    String stage = values.get(0).stage();
    for (Value value : values) {
      if (!value.stage().equals(stage)) {
        segments.add(points.toString());
        points.setLength(0);
        stage = value.stage();
      }
      double left = last == 1 ? 50 : 100.0 * (value.at() - 1) / (last - 1);
      double bottom = y.position(value.value());
      points.append(String.format(Locale.ROOT, "%.2f,%.2f ", left, 100 - bottom));
      dots.add(
          new Dot(
              Scale.percent(left),
              Scale.percent(bottom),
              "epoch " + value.at() + ": " + Unit.significant(value.value())));
    }
    segments.add(points.toString());
    return new Line(title, epochTicks(last), y.labels(), List.copyOf(segments), List.copyOf(dots));
  }

  /** Whole epochs only, at most about eight of them. */
  private static List<Scale.Tick> epochTicks(int last) {
    var ticks = new ArrayList<Scale.Tick>();
    int step = Math.max(1, (last + 6) / 7);
    for (int epoch = 1; epoch <= last; epoch += step) {
      double at = last == 1 ? 50 : 100.0 * (epoch - 1) / (last - 1);
      ticks.add(new Scale.Tick(Integer.toString(epoch), Scale.percent(at)));
    }
    return List.copyOf(ticks);
  }

  private static Epoch epoch(Details.TrainingEpoch epoch) {
    Double accuracy = epoch.validationAccuracy();
    return new Epoch(
        epoch.stage(),
        epoch.epoch(),
        String.format(Locale.ROOT, "%.4f", epoch.trainLoss()),
        accuracy == null ? StageTable.MISSING : Unit.SHARE.format(accuracy),
        String.format(Locale.ROOT, "%.3g", epoch.learningRate()),
        String.format(Locale.ROOT, "%.1f\u00a0s", epoch.seconds()));
  }
}
