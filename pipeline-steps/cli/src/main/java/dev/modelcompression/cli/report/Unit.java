package dev.modelcompression.cli.report;

import java.util.Locale;

/** How a number is written for people. */
enum Unit {
  /** A share from 0 to 1, written as a percentage. */
  SHARE {
    @Override
    String format(double value) {
      return String.format(Locale.ROOT, "%.2f\u00a0%%", value * 100);
    }

    @Override
    String formatDifference(double difference) {
      return sign(difference, 0.00005)
          + String.format(Locale.ROOT, "%.2f\u00a0pp", Math.abs(difference) * 100);
    }
  },
  MILLISECONDS {
    @Override
    String format(double value) {
      return significant(value) + "\u00a0ms";
    }
  },
  MICROSECONDS {
    @Override
    String format(double value) {
      return significant(value) + "\u00a0\u00b5s";
    }
  },
  PER_SECOND {
    @Override
    String format(double value) {
      return String.format(Locale.ROOT, "%,.0f\u00a0/s", value);
    }
  },
  BYTES {
    @Override
    String format(double value) {
      return prefixed(value, "B", "kB", "MB", "GB", "TB");
    }
  },
  COUNT {
    @Override
    String format(double value) {
      return prefixed(value, "", "k", "M", "G", "T");
    }
  },
  /** A metric that this version does not know. */
  PLAIN {
    @Override
    String format(double value) {
      return significant(value);
    }
  };

  /** Minus sign as wide as plus, U+2212. */
  private static final String MINUS = "\u2212";

  /** The value with its unit; a no-break space keeps them together. */
  abstract String format(double value);

  /** A signed difference of two values. */
  String formatDifference(double difference) {
    return sign(difference, 0) + format(Math.abs(difference));
  }

  /** An interval of values: "0.419 to 0.424 ms", the unit once where both ends share it. */
  String formatInterval(Interval interval) {
    return joined(format(interval.low()), format(interval.high()));
  }

  /** An interval of differences: "\u22120.61 to \u22120.02 pp". */
  String formatDifferenceInterval(Interval interval) {
    return joined(formatDifference(interval.low()), formatDifference(interval.high()));
  }

  static String joined(String low, String high) {
    int space = low.lastIndexOf('\u00a0');
    boolean sameUnit = space >= 0 && high.endsWith(low.substring(space));
    return (sameUnit ? low.substring(0, space) : low) + " to " + high;
  }

  /** Three significant digits, without an exponent. */
  static String significant(double value) {
    double size = Math.abs(value);
    int decimals = size >= 100 || size == 0 ? 0 : 2 - (int) Math.floor(Math.log10(size));
    return String.format(Locale.ROOT, "%." + Math.min(decimals, 9) + "f", value);
  }

  private static String sign(double difference, double smallestShown) {
    if (Math.abs(difference) < smallestShown) {
      return "\u00b1";
    }
    return difference < 0 ? MINUS : "+";
  }

  private static String prefixed(double value, String... prefixes) {
    double scaled = value;
    int step = 0;
    while (Math.abs(scaled) >= 999.5 && step < prefixes.length - 1) {
      scaled /= 1000;
      step++;
    }
    String digits = step == 0 ? String.format(Locale.ROOT, "%.0f", scaled) : significant(scaled);
    return prefixes[step].isEmpty() ? digits : digits + "\u00a0" + prefixes[step];
  }
}
