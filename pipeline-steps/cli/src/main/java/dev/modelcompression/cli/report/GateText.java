package dev.modelcompression.cli.report;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A gate in words.
 *
 * @param limit what was asked for: "falls by at most 0.50 pp"
 * @param value what was measured
 * @param missed by how much the limit is missed; empty for a gate that passed
 * @param interval where the true value lies; empty when that is not known
 * @param doubtful whether the gate passed although its interval reaches past the limit
 */
record GateText(
    String metric, String limit, String value, String missed, String interval, boolean doubtful) {

  static GateText of(Gate gate) {
    Optional<Metric> metric = Metric.named(gate.metric());
    Unit unit = metric.map(Metric::unit).orElse(Unit.PLAIN);
    Double value = gate.value();
    String missed = "";
    if (!gate.passed()) {
      missed =
          value == null
              ? "not measured"
              : number(gate.kind(), unit, gate.missedBy())
                  + (gate.kind().isLeast() ? " too little" : " too much");
    }
    return new GateText(
        metric.map(Metric::label).orElse(gate.metric()),
        limit(gate, unit),
        value == null ? "\u2013" : value(gate.kind(), unit, value),
        missed,
        interval(gate, unit),
        gate.passed() && reachesPast(gate));
  }

  /** How much of the limit is used up, 1 at the limit; absent where that cannot be said. */
  static Optional<Double> use(Gate gate) {
    Double value = gate.value();
    if (value == null || gate.limit() <= 0) {
      return Optional.empty();
    }
    return Optional.of(Math.max(0, value / gate.limit()));
  }

  private static String limit(Gate gate, Unit unit) {
    String number = number(gate.kind(), unit, gate.limit());
    return switch (gate.kind()) {
      case min -> "at least " + number;
      case max -> "at most " + number;
      case maxDrop -> "may fall by " + number;
      case minRatio -> "at least " + number + " the original";
      case maxRatio -> "at most " + number + " the original";
    };
  }

  private static String value(Gate.Kind kind, Unit unit, double value) {
    if (kind != Gate.Kind.maxDrop) {
      return number(kind, unit, value);
    }
    return (value < 0 ? "rose by " : "fell by ") + number(kind, unit, Math.abs(value));
  }

  /** A number as the kind of gate means it: a ratio, a difference or the metric itself. */
  private static String number(Gate.Kind kind, Unit unit, double number) {
    return switch (kind) {
      case minRatio, maxRatio -> String.format(Locale.ROOT, "%.3f\u00a0\u00d7", number);
      case maxDrop -> difference(unit, number);
      case min, max -> unit.format(number);
    };
  }

  private static String difference(Unit unit, double number) {
    return unit == Unit.SHARE
        ? String.format(Locale.ROOT, "%.2f\u00a0pp", number * 100)
        : unit.format(number);
  }

  private static String interval(Gate gate, Unit unit) {
    Interval interval = gate.interval();
    if (interval == null) {
      return "";
    }
    if (gate.kind() == Gate.Kind.maxDrop) {
      // Signs of a drop mislead beside "rose by": shown as the change, as everywhere else.
      return unit.formatDifferenceInterval(new Interval(-interval.high(), -interval.low()));
    }
    return Unit.joined(
        number(gate.kind(), unit, interval.low()), number(gate.kind(), unit, interval.high()));
  }

  private static boolean reachesPast(Gate gate) {
    @Nullable Interval interval = gate.interval();
    if (interval == null) {
      return false;
    }
    return gate.kind().isLeast() ? interval.low() < gate.limit() : interval.high() > gate.limit();
  }
}
