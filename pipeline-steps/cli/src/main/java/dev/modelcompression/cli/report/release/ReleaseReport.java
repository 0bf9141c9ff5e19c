package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.ReleaseRound;
import dev.modelcompression.engine.release.Interval;
import dev.modelcompression.engine.release.LimitFigure;
import dev.modelcompression.engine.release.LimitFigure.Aspect;
import dev.modelcompression.engine.release.Look;
import dev.modelcompression.engine.release.Unit;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code release.json}: a run of a release whose outcome is known.
 *
 * @param schema {@value #SCHEMA}
 * @param tool version of the tool that wrote it
 * @param complete whether the measurements that are kept are all that decided: their counts are
 *     those of the operator
 * @param kept what was counted over the measurements that are kept
 * @param request what the operator told: outcome, models, limits, history, counts
 * @param rounds the measurements, each judged with those before it
 * @param missing measurements of which nothing can be told
 */
public record ReleaseReport(
    String schema,
    String tool,
    boolean complete,
    Evidence kept,
    ReleaseReportRequest request,
    List<Round> rounds,
    List<KeptRounds.Missing> missing) {

  /** The value of {@code schema}; a breaking change of the format changes it. */
  public static final String SCHEMA = "modelcompression.dev/release-report/v1";

  /**
   * A measurement.
   *
   * @param number within the run, from 1
   * @param time when it ended
   * @param weight the candidate's share of the requests meanwhile, in percent
   * @param verdict what all limits say together
   */
  public record Round(
      int number,
      Instant time,
      int weight,
      Verdict verdict,
      List<MetricStatus> metrics,
      List<Limit> limits) {}

  /**
   * One limit at one measurement. Numbers that are not known or not bounded are absent.
   *
   * @param upper whether {@code bound} is the greatest accepted value, and not the least
   * @param text the estimate with its interval
   */
  public record Limit(
      String metric,
      Aspect aspect,
      boolean upper,
      double bound,
      String boundText,
      @Nullable Double estimate,
      @Nullable Double low,
      @Nullable Double high,
      String text,
      Verdict verdict) {
    static Limit of(LimitFigure figure) {
      Interval interval = figure.interval();
      boolean known = interval.isKnown();
      return new Limit(
          figure.metric(),
          figure.aspect(),
          figure.upper(),
          figure.bound(),
          plain(figure.bound()) + (figure.unit() == Unit.MILLIS ? " ms" : ""),
          known ? finite(interval.estimate()) : null,
          known ? finite(interval.low()) : null,
          known ? finite(interval.high()) : null,
          known ? text(figure) : "no number",
          figure.verdict());
    }

    private static String text(LimitFigure figure) {
      Interval interval = figure.interval();
      String estimate = figure.unit().text(interval.estimate());
      return interval.low() == interval.high()
          ? estimate
          : "%s [%s, %s]"
              .formatted(
                  estimate,
                  figure.unit().text(interval.low()),
                  figure.unit().text(interval.high()));
    }

    private static String plain(double value) {
      return new BigDecimal(String.format(Locale.ROOT, "%.6g", value))
          .stripTrailingZeros()
          .toPlainString();
    }

    private static @Nullable Double finite(double value) {
      return Double.isFinite(value) ? value : null;
    }
  }

  public ReleaseReport {
    rounds = List.copyOf(rounds);
    missing = List.copyOf(missing);
  }

  /** Judges what was kept, one measurement after the other. */
  public static ReleaseReport of(ReleaseReportRequest request, KeptRounds kept, String tool) {
    List<Round> rounds = new ArrayList<>();
    Evidence evidence = Evidence.NONE;
    for (ReleaseRound round : kept.found()) {
      int number = round.report().round();
      Look look = Look.at(request.analysis(), evidence, round.report(), number, round.traffic());
      evidence = look.evidence();
      rounds.add(
          new Round(
              number,
              round.time(),
              round.weight(),
              look.verdict().verdict(),
              look.verdict().metrics(),
              look.verdict().limits().stream().map(Limit::of).toList()));
    }
    return new ReleaseReport(
        SCHEMA,
        tool,
        evidence.equals(request.evidence()),
        evidence,
        request,
        rounds,
        kept.missing());
  }
}
