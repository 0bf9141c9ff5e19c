package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.engine.release.LimitFigure.Aspect;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Holds the limits of one metric against its figures. */
final class LimitJudge {
  /** 0.9321 − 0.9271 is 0.0050000000000000044: a limit that is just kept must pass. */
  private static final double ROUNDING = 1e-12;

  private record Limit(Aspect aspect, boolean upper, double bound) {}

  /** A limit held against a number. */
  private record Finding(Limit limit, Verdict verdict, Interval interval, String message) {}

  /**
   * What is said of a metric.
   *
   * @param status the words of the worst limit
   * @param limits all of them
   */
  record Said(MetricStatus status, List<LimitFigure> limits) {}

  private final ReleaseMetric metric;
  private final Figures figures;
  private final long missing;
  private final List<Limit> limits = new ArrayList<>();

  private LimitJudge(ReleaseMetric metric, Figures figures, long missing) {
    this.metric = metric;
    this.figures = figures;
    this.missing = missing;
    add(Aspect.VALUE, false, metric.min());
    add(Aspect.VALUE, true, metric.max());
    add(Aspect.DROP, true, metric.maxDrop());
    add(Aspect.RATIO, false, metric.minRatio());
    add(Aspect.RATIO, true, metric.maxRatio());
  }

  private void add(Aspect aspect, boolean upper, @Nullable Double bound) {
    if (bound != null) {
      limits.add(new Limit(aspect, upper, bound));
    }
  }

  /**
   * The metric with the verdict and the words of its worst limit.
   *
   * @param alpha chance of error of each bound
   * @param missing how many answers are missing before anything can pass; 0 or less when none
   */
  static Said judge(ReleaseMetric metric, Figures figures, double alpha, long missing) {
    var judge = new LimitJudge(metric, figures, missing);
    var findings = judge.limits.stream().map(limit -> judge.finding(limit, alpha)).toList();
    var verdict = ReleaseVerdict.worst(findings.stream().map(Finding::verdict).toList());
    var worst = findings.stream().filter(f -> f.verdict() == verdict).findFirst().orElseThrow();
    var status =
        new MetricStatus(
            metric.name(),
            verdict,
            number(figures.baseline()),
            number(figures.candidate()),
            number(worst.interval().low()),
            number(worst.interval().high()),
            figures.samples(),
            worst.message());
    return new Said(status, findings.stream().map(judge::figure).toList());
  }

  private LimitFigure figure(Finding finding) {
    Limit limit = finding.limit();
    return new LimitFigure(
        metric.name(),
        limit.aspect(),
        limit.upper(),
        limit.bound(),
        finding.interval(),
        unit(limit.aspect()),
        finding.verdict());
  }

  /** How many limits a metric has. */
  static long countLimits(ReleaseMetric metric) {
    return Stream.of(
            metric.min(), metric.max(), metric.maxDrop(), metric.minRatio(), metric.maxRatio())
        .filter(Objects::nonNull)
        .count();
  }

  private Finding finding(Limit limit, double alpha) {
    var interval = interval(limit.aspect(), alpha);
    var verdict = verdict(limit, interval);
    if (verdict == Verdict.FAIL
        && limit.aspect() == Aspect.VALUE
        && limit.upper()
        && figures.isBrokenByBaseline(limit.bound(), alpha)) {
      return new Finding(
          limit,
          Verdict.INCONCLUSIVE,
          interval,
          "%s, but so is the baseline's %s"
              .formatted(sentence(limit, interval, verdict), text(figures.baseline())));
    }
    return new Finding(limit, verdict, interval, sentence(limit, interval, verdict));
  }

  private Interval interval(Aspect aspect, double alpha) {
    return switch (aspect) {
      case VALUE -> figures.value(alpha);
      case DROP -> figures.drop(alpha);
      case RATIO -> figures.ratio(alpha);
    };
  }

  private Verdict verdict(Limit limit, Interval interval) {
    double bound = limit.bound();
    if (limit.upper() ? interval.low() > bound + ROUNDING : interval.high() < bound - ROUNDING) {
      return Verdict.FAIL;
    }
    return missing <= 0
            && (limit.upper()
                ? interval.high() <= bound + ROUNDING
                : interval.low() >= bound - ROUNDING)
        ? Verdict.PASS
        : Verdict.INCONCLUSIVE;
  }

  private String sentence(Limit limit, Interval interval, Verdict verdict) {
    if (!interval.isKnown()) {
      return metric.name() + ": " + figures.missing();
    }
    String bound = plain(limit.bound());
    String end =
        switch (verdict) {
          case FAIL -> (limit.upper() ? " above " : " below ") + bound;
          case PASS -> (limit.upper() ? " within " : " not below ") + bound;
          case INCONCLUSIVE ->
              missing > 0
                  ? ": %d answers are missing for a verdict about %s".formatted(missing, bound)
                  : ": not decided about " + bound;
        };
    return measured(limit.aspect(), interval)
        + end
        + (verdict == Verdict.FAIL && !figures.detail().isEmpty()
            ? " (" + figures.detail() + ")"
            : "");
  }

  private String measured(Aspect aspect, Interval interval) {
    Unit unit = unit(aspect);
    String range =
        interval.low() == interval.high()
            ? ""
            : " [%s, %s]".formatted(unit.text(interval.low()), unit.text(interval.high()));
    return switch (aspect) {
      case VALUE -> metric.name() + " " + text(interval.estimate()) + range;
      case DROP -> against() + ": drop " + unit.text(interval.estimate()) + range;
      case RATIO -> against() + ": ratio " + unit.text(interval.estimate()) + range;
    };
  }

  private Unit unit(Aspect aspect) {
    return aspect == Aspect.RATIO ? Unit.RATIO : figures.unit();
  }

  private String against() {
    return "%s %s against %s"
        .formatted(metric.name(), text(figures.candidate()), text(figures.baseline()));
  }

  private String text(double value) {
    return figures.unit().text(value);
  }

  private static String plain(double value) {
    return new BigDecimal(String.format(Locale.ROOT, "%.6g", value))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** A decimal number of at most 32 characters; null for what is none. */
  private static @Nullable String number(double value) {
    return Double.isFinite(value) ? plain(value) : null;
  }
}
