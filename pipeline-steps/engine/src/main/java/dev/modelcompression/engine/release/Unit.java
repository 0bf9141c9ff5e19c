package dev.modelcompression.engine.release;

import java.util.Locale;

/** How numbers are written. */
public enum Unit {
  /** A share of all: four decimals. */
  RATE("%.4f"),
  /** Milliseconds. */
  MILLIS("%.2f ms"),
  /** Whatever a query gives. */
  PLAIN("%.4g"),
  /** One number over another. */
  RATIO("%.3f");

  private final String format;

  Unit(String format) {
    this.format = format;
  }

  /** The number with its unit; words for what is no finite number. */
  public String text(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, format, value == 0 ? 0.0 : value)
        : Double.isNaN(value) ? "unknown" : value > 0 ? "unbounded" : "-unbounded";
  }
}
