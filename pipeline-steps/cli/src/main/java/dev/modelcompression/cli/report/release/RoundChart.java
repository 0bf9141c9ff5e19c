package dev.modelcompression.cli.report.release;

import dev.modelcompression.cli.report.Scale;
import dev.modelcompression.cli.report.release.ReleaseReport.Limit;
import dev.modelcompression.engine.release.LimitFigure.Aspect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one limit is about, measurement by measurement: the estimate with its interval, against the
 * limit.
 *
 * <p>The first intervals of a run can be so wide that nothing else could be seen beside them: the
 * axis covers estimates and limit and as much around them, and an interval that goes on beyond it
 * has no end there.
 */
record RoundChart(
    String caption,
    List<Scale.Tick> x,
    List<Scale.Tick> y,
    String limitAt,
    String limitText,
    List<Point> points) {
  private static final int MAX_LABELS = 8;

  /** How far the axis reaches beyond estimates and limit, in parts of their distance. */
  private static final double REACH = 1.2;

  /** The least distance, in parts of the limit. */
  private static final double LEAST = 0.2;

  private static final int INTERVALS = 5;

  /**
   * One measurement.
   *
   * @param tone of the verdict
   * @param open which ends of the interval lie beyond the axis: {@code up}, {@code down}, both or
   *     none
   */
  record Point(
      String left,
      String bottom,
      String tone,
      String text,
      String errorBottom,
      String errorHeight,
      String open) {}

  /**
   * A chart.
   *
   * @param numbers of the measurements
   * @param limits of each; null where there is none
   */
  static RoundChart of(String caption, List<Integer> numbers, List<@Nullable Limit> limits) {
    Limit any = limits.stream().filter(limit -> limit != null).findFirst().orElseThrow();
    Scale y = scale(limits, any);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < limits.size(); i++) {
      Limit limit = limits.get(i);
      if (limit != null && limit.estimate() != null) {
        points.add(point(numbers.get(i), limit, limit.estimate(), at(i, limits.size()), y));
      }
    }
    return new RoundChart(
        caption,
        ticks(numbers),
        y.labels(),
        Scale.percent(y.position(any.bound())),
        "limit: %s %s".formatted(any.upper() ? "at most" : "at least", any.boundText()),
        List.copyOf(points));
  }

  private static Scale scale(List<@Nullable Limit> limits, Limit any) {
    double low = any.bound();
    double high = any.bound();
    for (Limit limit : limits) {
      if (limit != null && limit.estimate() != null) {
        low = Math.min(low, limit.estimate());
        high = Math.max(high, limit.estimate());
      }
    }
    double distance = Math.max(high - low, Math.max(LEAST * Math.abs(any.bound()), 1e-6));
    // Only differences go below zero.
    double least =
        any.aspect() == Aspect.DROP || low < 0
            ? low - REACH * distance
            : Math.max(0, low - REACH * distance);
    double most = high + REACH * distance;
    double from = low;
    double to = high;
    for (Limit limit : limits) {
      if (limit != null && limit.estimate() != null) {
        from = Math.min(from, Math.max(least, limit.low() == null ? least : limit.low()));
        to = Math.max(to, Math.min(most, limit.high() == null ? most : limit.high()));
      }
    }
    return Scale.covering(from, to, INTERVALS);
  }

  private static Point point(int number, Limit limit, double estimate, double left, Scale y) {
    Double low = limit.low();
    Double high = limit.high();
    boolean exact = low != null && low.equals(high);
    boolean down = low == null || low < y.low();
    boolean up = high == null || high > y.high();
    double bottom = low == null ? 0 : y.position(low);
    double top = high == null ? 100 : y.position(high);
    return new Point(
        Scale.percent(left),
        Scale.percent(y.position(estimate)),
        Tones.of(limit.verdict()),
        "measurement %d: %s, %s".formatted(number, limit.text(), Tones.word(limit.verdict())),
        exact ? "" : Scale.percent(bottom),
        exact ? "" : Scale.percent(top - bottom),
        (up ? "up" : "") + (up && down ? " " : "") + (down ? "down" : ""));
  }

  private static double at(int index, int count) {
    return 100 * (index + 0.5) / count;
  }

  private static List<Scale.Tick> ticks(List<Integer> numbers) {
    int step = Math.max(1, (numbers.size() + MAX_LABELS - 1) / MAX_LABELS);
    List<Scale.Tick> ticks = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += step) {
      ticks.add(new Scale.Tick(numbers.get(i).toString(), Scale.percent(at(i, numbers.size()))));
    }
    return List.copyOf(ticks);
  }
}
