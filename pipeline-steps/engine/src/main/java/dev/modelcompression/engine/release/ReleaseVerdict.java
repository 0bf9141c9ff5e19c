package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ProbeReport;
import java.util.List;

/**
 * What a look at the evidence says of the limits of a release.
 *
 * @param verdict Fail when any metric fails, else Inconclusive when any is, else Pass
 * @param metrics one for each metric of the analysis, in its order
 * @param limits one for each limit of these; none when the candidate answered nothing at all
 */
public record ReleaseVerdict(
    Verdict verdict, List<MetricStatus> metrics, List<LimitFigure> limits) {
  public ReleaseVerdict {
    metrics = List.copyOf(metrics);
    limits = List.copyOf(limits);
  }

  /**
   * Judges all limits.
   *
   * <p>A limit is broken when the bound of the measured number on its far side is beyond it, kept
   * when the bound on the other side is within it, and otherwise not decided. The chance that a run
   * whose candidate keeps every limit has one false Fail, at any look, is at most {@code 1 −
   * confidence}; what Prometheus says comes without bounds and is no part of that. Before the
   * candidate has given {@code minSamples} answers nothing passes. No number is never a Pass.
   *
   * @param analysis limits, confidence and {@code minSamples}
   * @param pooled the counts of all rounds of the run, that of the report included
   * @param report the last round, for what is not pooled: times and queries
   * @param look how many times this run was judged, this time included; from 1
   */
  public static ReleaseVerdict of(
      Analysis analysis, Evidence pooled, ProbeReport report, int look) {
    double alpha = ErrorBudget.at(analysis.confidence(), look) / measuredLimits(analysis.metrics());
    long answered = pooled.candidate().requests() - pooled.candidate().errors();
    boolean silent = isSilent(report, alpha);
    List<LimitJudge.Said> said =
        analysis.metrics().stream()
            .map(
                metric ->
                    silent
                        ? new LimitJudge.Said(silence(metric, report), List.of())
                        : LimitJudge.judge(
                            metric,
                            Figures.of(metric, pooled, report),
                            alpha,
                            analysis.minSamples() - answered))
            .toList();
    var metrics = said.stream().map(LimitJudge.Said::status).toList();
    var verdicts = metrics.stream().map(MetricStatus::verdict).toList();
    // Without any metric, too, a candidate has to answer.
    Verdict unasked = answered < analysis.minSamples() ? Verdict.INCONCLUSIVE : Verdict.PASS;
    return new ReleaseVerdict(
        silent ? Verdict.FAIL : metrics.isEmpty() ? unasked : worst(verdicts),
        metrics,
        said.stream().flatMap(each -> each.limits().stream()).toList());
  }

  static Verdict worst(List<Verdict> verdicts) {
    return verdicts.contains(Verdict.FAIL)
        ? Verdict.FAIL
        : verdicts.contains(Verdict.INCONCLUSIVE) ? Verdict.INCONCLUSIVE : Verdict.PASS;
  }

  /** How many limits share the chance of error; what Prometheus says is taken as it is. */
  private static long measuredLimits(List<ReleaseMetric> metrics) {
    long limits =
        metrics.stream()
            .filter(metric -> metric.query() == null)
            .mapToLong(LimitJudge::countLimits)
            .sum();
    return Math.max(1, limits);
  }

  /**
   * Whether the candidate answers nothing of what the baseline answers, beyond chance. That fails
   * whatever is measured: numbers that are not there could hold no limit.
   */
  private static boolean isSilent(ProbeReport report, double alpha) {
    int answeredByBaseline = report.baseline().answered();
    return report.candidate().answered() == 0
        && answeredByBaseline > 0
        && Intervals.rate(answeredByBaseline, answeredByBaseline, alpha).low() > 0.5;
  }

  private static MetricStatus silence(ReleaseMetric metric, ProbeReport report) {
    return new MetricStatus(
        metric.name(),
        Verdict.FAIL,
        null,
        null,
        null,
        null,
        0L,
        "%s: the candidate answered none of %d requests, the baseline %d (%s)"
            .formatted(
                metric.name(),
                report.candidate().requests(),
                report.baseline().answered(),
                report.candidate().failure()));
  }
}
