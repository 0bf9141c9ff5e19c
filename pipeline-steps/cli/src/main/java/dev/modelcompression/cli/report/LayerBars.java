package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of bars: time per operator, channels and quantization error per layer. */
final class LayerBars {
  /** Operators shown by name; the rest is added up. */
  private static final int OPERATORS = 10;

  /** Layers shown without asking. */
  private static final int SHOWN = 24;

  /** Below this a layer's quantization error tends to show in the accuracy, in decibels. */
  private static final double WEAK_SQNR = 20;

  private LayerBars() {}

  /**
   * One bar.
   *
   * @param width of the bar in percent of the longest
   * @param frame of the frame around it in percent of the longest; empty for none
   * @param tone style of the bar: original, result, weak or none
   */
  record Bar(String name, String note, String value, String width, String frame, String tone) {}

  /** A list of bars; what is too much for a first look stands apart. */
  record Bars(List<Bar> shown, List<Bar> more) {
    static Bars of(List<Bar> bars) {
      int shown = Math.min(SHOWN, bars.size());
      return new Bars(bars.subList(0, shown), bars.subList(shown, bars.size()));
    }
  }

  /** Two lists of bars on one scale. */
  record BeforeAfter(Bars before, Bars after, String totalBefore, String totalAfter) {}

  static BeforeAfter operatorTimes(Details.OperatorTimes times) {
    List<Details.OperatorTime> before = shortened(times.original());
    List<Details.OperatorTime> after = shortened(times.result());
    double longest =
        Stream.concat(before.stream(), after.stream())
            .mapToDouble(Details.OperatorTime::totalMicros)
            .max()
            .orElse(1);
    return new BeforeAfter(
        Bars.of(before.stream().map(time -> bar(time, longest, "original")).toList()),
        Bars.of(after.stream().map(time -> bar(time, longest, "result")).toList()),
        Unit.MICROSECONDS.format(total(times.original())),
        Unit.MICROSECONDS.format(total(times.result())));
  }

  private static Bar bar(Details.OperatorTime time, double longest, String tone) {
    return new Bar(
        time.opType(),
        "\u00d7\u00a0" + time.nodes(),
        Unit.MICROSECONDS.format(time.totalMicros()),
        width(time.totalMicros(), longest),
        "",
        tone);
  }

  private static List<Details.OperatorTime> shortened(List<Details.OperatorTime> times) {
    List<Details.OperatorTime> sorted =
        times.stream()
            .sorted(Comparator.comparingDouble(Details.OperatorTime::totalMicros).reversed())
            .toList();
    if (sorted.size() <= OPERATORS) {
      return sorted;
    }
    List<Details.OperatorTime> rest = sorted.subList(OPERATORS - 1, sorted.size());
    var shortened = new ArrayList<>(sorted.subList(0, OPERATORS - 1));
    shortened.add(
        new Details.OperatorTime(
            "others", rest.stream().mapToInt(Details.OperatorTime::nodes).sum(), total(rest)));
    return shortened;
  }

  private static double total(List<Details.OperatorTime> times) {
    return times.stream().mapToDouble(Details.OperatorTime::totalMicros).sum();
  }

  static Bars prunedLayers(List<Details.PrunedLayer> layers) {
    double most = layers.stream().mapToInt(Details.PrunedLayer::channelsBefore).max().orElse(1);
    return Bars.of(layers.stream().map(layer -> bar(layer, most)).toList());
  }

  private static Bar bar(Details.PrunedLayer layer, double most) {
    boolean kept = layer.channelsBefore() == layer.channelsAfter();
    return new Bar(
        layer.layer(),
        layer.reason(),
        kept
            ? layer.channelsAfter() + " kept"
            : layer.channelsBefore() + " \u2192 " + layer.channelsAfter(),
        width(layer.channelsAfter(), most),
        width(layer.channelsBefore(), most),
        kept ? "original" : "result");
  }

  static Bars quantizedLayers(List<Details.QuantizedLayer> layers) {
    double best =
        layers.stream()
            .map(Details.QuantizedLayer::sqnrDb)
            .filter(sqnr -> sqnr != null)
            .mapToDouble(sqnr -> sqnr)
            .max()
            .orElse(1);
    return Bars.of(layers.stream().map(layer -> bar(layer, best)).toList());
  }

  private static Bar bar(Details.QuantizedLayer layer, double best) {
    Double sqnr = layer.sqnrDb();
    boolean weak = sqnr != null && sqnr < WEAK_SQNR;
    String arithmetic = layer.integerArithmetic() ? "integer" : "float";
    return new Bar(
        layer.layer(),
        layer.opType() + ", " + arithmetic + " arithmetic" + (weak ? ", weak" : ""),
        error(sqnr, layer.integerArithmetic()),
        sqnr == null ? "0%" : width(Math.max(0, sqnr), best),
        "",
        !layer.integerArithmetic() ? "original" : weak ? "weak" : "result");
  }

  private static String error(@Nullable Double sqnr, boolean integerArithmetic) {
    if (sqnr != null) {
      return String.format(Locale.ROOT, "%.1f\u00a0dB", sqnr);
    }
    return integerArithmetic ? StageTable.MISSING : "float";
  }

  private static String width(double value, double longest) {
    return Scale.percent(longest > 0 ? 100 * value / longest : 0);
  }
}
