package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.cli.report.release.ReleaseReport.Limit;
import dev.modelcompression.cli.report.release.ReleaseReport.Round;
import dev.modelcompression.engine.release.LimitFigure.Aspect;
import dev.modelcompression.engine.release.Unit;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One metric over the measurements of a run.
 *
 * @param charts one for each limit that was measured at all
 * @param rows the latest measurements, the last one first
 * @param more how many earlier ones are not shown
 */
record MetricView(String name, List<RoundChart> charts, List<Row> rows, int more) {
  /** More than these could not be told apart. */
  private static final int MAX_ROUNDS = 40;

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  /**
   * One measurement.
   *
   * @param limited what was limited, with its interval
   */
  record Row(
      int number,
      String time,
      String weight,
      String baseline,
      String candidate,
      List<String> limited,
      String tone,
      String symbol,
      String word) {}

  static List<MetricView> of(ReleaseReport report) {
    if (report.rounds().isEmpty()) {
      return List.of();
    }
    int all = report.rounds().size();
    List<Round> shown = report.rounds().subList(Math.max(0, all - MAX_ROUNDS), all);
    return report.request().analysis().metrics().stream()
        .map(metric -> metric(metric, shown, all - shown.size()))
        .toList();
  }

  private static MetricView metric(ReleaseMetric metric, List<Round> rounds, int more) {
    List<RoundChart> charts = new ArrayList<>();
    for (Asked asked : asked(metric)) {
      List<@Nullable Limit> limits = new ArrayList<>();
      rounds.forEach(round -> limits.add(asked.in(round).orElse(null)));
      if (limits.stream().anyMatch(limit -> limit != null && limit.estimate() != null)) {
        charts.add(
            RoundChart.of(
                caption(metric.name(), asked.aspect()),
                rounds.stream().map(Round::number).toList(),
                limits));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Round round : rounds) {
      round.metrics().stream()
          .filter(found -> found.name().equals(metric.name()))
          .findFirst()
          .ifPresent(found -> rows.add(0, row(round, found)));
    }
    return new MetricView(label(metric.name()), List.copyOf(charts), List.copyOf(rows), more);
  }

  private static Row row(Round round, MetricStatus found) {
    List<String> limited =
        round.limits().stream()
            .filter(limit -> limit.metric().equals(found.name()) && limit.estimate() != null)
            .map(
                limit ->
                    "%s%s"
                        .formatted(
                            limit.aspect() == Aspect.VALUE ? "" : word(limit.aspect()) + " ",
                            limit.text()))
            .distinct()
            .toList();
    return new Row(
        round.number(),
        CLOCK.format(round.time()),
        round.weight() + "\u00a0%",
        number(found.name(), found.baseline()),
        number(found.name(), found.candidate()),
        limited.isEmpty() ? List.of(found.message()) : limited,
        Tones.of(found.verdict()),
        Tones.symbol(found.verdict()),
        Tones.word(found.verdict()));
  }

  /** A figure as the status has it, written as verdicts write it. */
  private static String number(String metric, @Nullable String figure) {
    if (figure == null) {
      return "\u2013";
    }
    Unit unit =
        switch (metric) {
          case "accuracy", "agreement", "errorRate" -> Unit.RATE;
          case "latencyP50", "latencyP99" -> Unit.MILLIS;
          default -> Unit.PLAIN;
        };
    return unit.text(Double.parseDouble(figure));
  }

  /** A limit of the spec. */
  private record Asked(String metric, Aspect aspect, boolean upper) {
    Optional<Limit> in(Round round) {
      return round.limits().stream()
          .filter(
              limit ->
                  limit.metric().equals(metric)
                      && limit.aspect() == aspect
                      && limit.upper() == upper)
          .findFirst();
    }
  }

  private static List<Asked> asked(ReleaseMetric metric) {
    return Stream.of(
            asked(metric, metric.min(), Aspect.VALUE, false),
            asked(metric, metric.max(), Aspect.VALUE, true),
            asked(metric, metric.maxDrop(), Aspect.DROP, true),
            asked(metric, metric.minRatio(), Aspect.RATIO, false),
            asked(metric, metric.maxRatio(), Aspect.RATIO, true))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Asked> asked(
      ReleaseMetric metric, @Nullable Double bound, Aspect aspect, boolean upper) {
    return bound == null ? Optional.empty() : Optional.of(new Asked(metric.name(), aspect, upper));
  }

  private static String caption(String metric, Aspect aspect) {
    String name = metric.startsWith("latency") ? label(metric) + ", ms" : label(metric);
    return switch (aspect) {
      case VALUE -> name + " of the candidate";
      case DROP -> "Drop: " + name + " of the baseline less that of the candidate";
      case RATIO -> "Ratio: " + label(metric) + " of the candidate over that of the baseline";
    };
  }

  private static String word(Aspect aspect) {
    return aspect.name().toLowerCase(Locale.ROOT);
  }

  /** What people call a metric. */
  static String label(String name) {
    return switch (name) {
      case "accuracy" -> "Accuracy";
      case "agreement" -> "Agreement";
      case "errorRate" -> "Error rate";
      case "latencyP50" -> "Latency p50";
      case "latencyP99" -> "Latency p99";
      default -> name;
    };
  }
}
