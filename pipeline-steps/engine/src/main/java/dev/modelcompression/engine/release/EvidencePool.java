package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.contract.ProbeReport;

/** Adds up what the rounds of a run counted. */
public final class EvidencePool {
  private EvidencePool() {}

  /** The evidence with another round. */
  public static Evidence plus(Evidence pooled, ProbeReport report) {
    var pairs = report.pairs();
    return new Evidence(
        plus(pooled.baseline(), report.baseline()),
        plus(pooled.candidate(), report.candidate()),
        pooled.pairs() + pairs.count(),
        pooled.agree() + pairs.agree(),
        pooled.onlyBaselineRight() + pairs.onlyBaselineRight(),
        pooled.onlyCandidateRight() + pairs.onlyCandidateRight());
  }

  private static Evidence.Answers plus(Evidence.Answers pooled, ProbeReport.Side side) {
    return new Evidence.Answers(
        pooled.requests() + side.requests(),
        pooled.errors() + side.errors(),
        pooled.correct() + side.correct());
  }
}
