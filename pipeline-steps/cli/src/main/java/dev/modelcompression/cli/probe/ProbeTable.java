package dev.modelcompression.cli.probe;

import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Estimate;
import dev.modelcompression.contract.ProbeReport.Side;
import dev.modelcompression.engine.release.Interval;
import dev.modelcompression.engine.release.Intervals;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report as a table for people. Bounds are of 95 %, of this round alone. */
public final class ProbeTable {
  /** Of each of the two bounds. */
  private static final double ALPHA = 0.025;

  private ProbeTable() {}

  /** The lines of the table. */
  public static String of(ProbeReport report) {
    var baseline = report.baseline();
    var candidate = report.candidate();
    var pairs = report.pairs();
    var text = new StringBuilder(row("", "baseline", "candidate", ""));
    text.append(row("requests", count(baseline.requests()), count(candidate.requests()), ""));
    text.append(
        row("errors", count(baseline.errors()), count(candidate.errors()), failures(report)));
    text.append(
        row(
            "accuracy",
            share(baseline.correct(), baseline),
            share(candidate.correct(), candidate),
            range(
                "drop",
                Intervals.pairedDifference(
                    pairs.onlyBaselineRight(), pairs.onlyCandidateRight(), pairs.count(), ALPHA))));
    text.append(
        row("agreement", "", "", range("", Intervals.rate(pairs.agree(), pairs.count(), ALPHA))));
    text.append(
        row(
            "p50 ms",
            millis(baseline.p50()),
            millis(candidate.p50()),
            ratio(pairs.p50Ratio(), 0.5, pairs.count())));
    text.append(
        row(
            "p99 ms",
            millis(baseline.p99()),
            millis(candidate.p99()),
            ratio(pairs.p99Ratio(), 0.99, pairs.count())));
    report
        .queries()
        .forEach(
            (name, answers) ->
                text.append(
                    row(name, number(answers.baseline()), number(answers.candidate()), "")));
    return text.toString();
  }

  private static String row(String name, String baseline, String candidate, String more) {
    return String.format(Locale.ROOT, "%-14s %12s %12s  %s%n", name, baseline, candidate, more)
        .replaceAll(" +(\\R)", "$1");
  }

  private static String count(int value) {
    return Integer.toString(value);
  }

  private static String failures(ProbeReport report) {
    String baseline = report.baseline().failure();
    String candidate = report.candidate().failure();
    return (baseline == null ? "" : "baseline: " + baseline)
        + (baseline == null || candidate == null ? "" : ", ")
        + (candidate == null ? "" : "candidate: " + candidate);
  }

  private static String share(int hits, Side side) {
    return side.answered() == 0 ? "-" : decimal((double) hits / side.answered());
  }

  private static String millis(@Nullable Estimate estimate) {
    return estimate == null ? "-" : String.format(Locale.ROOT, "%.2f", estimate.value());
  }

  private static String ratio(@Nullable Estimate ratio, double quantile, int pairs) {
    return ratio == null
        ? ""
        : range(
            "ratio", Intervals.ofQuantile(ratio.value(), ratio.logError(), quantile, pairs, ALPHA));
  }

  private static String number(@Nullable Answer answer) {
    if (answer == null) {
      return "";
    }
    return answer.value() == null
        ? String.valueOf(answer.failure())
        : String.format(Locale.ROOT, "%.6g", answer.value());
  }

  private static String range(String name, Interval interval) {
    return interval.isKnown()
        ? (name + " " + decimal(interval.estimate())).strip()
            + " [%s, %s]".formatted(decimal(interval.low()), decimal(interval.high()))
        : "";
  }

  private static String decimal(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "unbounded";
  }
}
