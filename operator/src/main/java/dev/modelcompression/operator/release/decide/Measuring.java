package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ProbeReport;
import java.time.Instant;
import java.util.stream.Collectors;

/** Starts measurements, and draws the consequences of those that have ended. */
final class Measuring {
  private Measuring() {}

  /** What is counted for one step begins anew. */
  static AnalysisStatus newStep(AnalysisStatus all) {
    return new AnalysisStatus(
        all.round(),
        all.ended(),
        all.lastTime(),
        all.failed(),
        0,
        0,
        all.evidence(),
        all.metrics());
  }

  /** Judges what has ended. The phase may be another one afterwards. */
  static void judge(Turn turn, Judge judge, boolean traffic) {
    if (!isAtWork(turn.draft.analysis) || !turn.seen.probe().ended()) {
      return;
    }
    turn.seen
        .probe()
        .report()
        .ifPresentOrElse(
            report -> judged(turn, judge, report, traffic),
            () -> nothing(turn, turn.seen.probe().why()));
  }

  private static boolean isAtWork(AnalysisStatus all) {
    return all.ended() < all.round();
  }

  /** Starts what is due. */
  static void start(Turn turn) {
    AnalysisStatus all = turn.draft.analysis;
    if (isAtWork(all)) {
      return;
    }
    if (all.lastTime() == null || turn.over(all.lastTime(), turn.spec.analysis().interval())) {
      turn.draft.analysis =
          new AnalysisStatus(
              all.round() + 1,
              all.ended(),
              Draft.text(turn.seen.now()),
              all.failed(),
              all.inconclusive(),
              all.missing(),
              all.evidence(),
              all.metrics());
    }
  }

  private static void judged(Turn turn, Judge judge, ProbeReport report, boolean traffic) {
    AnalysisStatus all = turn.draft.analysis;
    Judge.Judgement found =
        judge.judge(turn.spec.analysis(), all.evidence(), report, all.round(), traffic);
    int failed = all.failed() + (found.verdict() == Verdict.FAIL ? 1 : 0);
    int inconclusive = all.inconclusive() + (found.verdict() == Verdict.INCONCLUSIVE ? 1 : 0);
    turn.draft.analysis =
        new AnalysisStatus(
            all.round(),
            all.round(),
            all.lastTime(),
            failed,
            inconclusive,
            all.missing(),
            found.evidence(),
            found.metrics());
    turn.draft.verdict =
        found.verdict() == Verdict.PASS && isOfEarlierStep(turn.draft) ? null : found.verdict();
    String figures =
        found.metrics().stream()
            .filter(metric -> metric.verdict() == found.verdict())
            .map(MetricStatus::message)
            .collect(Collectors.joining("; "));
    turn.tell(
        Reason.MEASURED,
        found.verdict() == Verdict.FAIL,
        found.verdict().name().charAt(0)
            + found.verdict().name().substring(1).toLowerCase(java.util.Locale.ROOT)
            + ": "
            + figures,
        "round/" + all.round());
    if (failed > turn.spec.analysis().failureLimit()) {
      turn.rollBack(Reason.ANALYSIS_FAILED, figures);
    } else if (inconclusive > turn.spec.analysis().inconclusiveLimit()) {
      turn.pause(
          Reason.INCONCLUSIVE,
          inconclusive + " measurements of this step are undecided: " + figures);
    }
  }

  /** What was measured with fewer requests at the candidate says nothing good about more. */
  private static boolean isOfEarlierStep(Draft draft) {
    String started = draft.analysis.lastTime();
    return started != null
        && draft.stepTime != null
        && Instant.parse(started).isBefore(Instant.parse(draft.stepTime));
  }

  private static void nothing(Turn turn, String why) {
    AnalysisStatus all = turn.draft.analysis;
    turn.draft.analysis =
        new AnalysisStatus(
            all.round(),
            all.round(),
            all.lastTime(),
            all.failed(),
            all.inconclusive(),
            all.missing() + 1,
            all.evidence(),
            all.metrics());
    turn.draft.verdict = Verdict.INCONCLUSIVE;
    turn.tell(
        Reason.ANALYSIS_DEGRADED,
        true,
        "measurement " + all.round() + " gave nothing, the weight is held: " + why,
        "round/" + all.round());
  }
}
