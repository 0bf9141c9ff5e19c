package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear axis with ticks at round numbers.
 *
 * @param ticks ascending; the first and the last are the ends of the axis
 */
public record Scale(List<Double> ticks, int decimals) {

  /** A tick for the page: its text and its place in percent of the axis. */
  public record Tick(String label, String at) {}

  /** The axis that covers the values in about {@code intervals} round intervals. */
  public static Scale covering(double low, double high, int intervals) {
    double span = high > low ? high - low : Math.max(Math.abs(high), 1e-3) * 0.1;
    double power = Math.pow(10, Math.floor(Math.log10(span / intervals)));
    double step = power * roundFactor(span / intervals / power);
    long first = (long) Math.floor(low / step + 1e-9);
    long last = Math.max(first + 1, (long) Math.ceil(high / step - 1e-9));
    var ticks = new ArrayList<Double>();
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return new Scale(List.copyOf(ticks), (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  }

  private static double roundFactor(double factor) {
    return factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10;
  }

  /** The lower end. */
  public double low() {
    return ticks.get(0);
  }

  /** The upper end. */
  public double high() {
    return ticks.get(ticks.size() - 1);
  }

  /** Where the value lies, in percent of the axis; values outside lie on the nearer end. */
  public double position(double value) {
    return Math.min(100, Math.max(0, 100 * (value - low()) / (high() - low())));
  }

  /** The ticks for the page. */
  public List<Tick> labels() {
    return ticks.stream()
        .map(
            tick ->
                new Tick(
                    String.format(Locale.ROOT, "%." + decimals + "f", tick),
                    percent(position(tick))))
        .toList();
  }

  /** A length for a style sheet. */
  public static String percent(double percent) {
    return String.format(Locale.ROOT, "%.2f%%", percent);
  }
}
