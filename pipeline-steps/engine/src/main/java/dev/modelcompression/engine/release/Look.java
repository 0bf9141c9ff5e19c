package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.contract.ProbeReport;

/**
 * One look at a run: who decides about traffic and who writes about it afterwards see the same.
 *
 * @param evidence the counts of all rounds so far
 * @param verdict what they say
 */
public record Look(Evidence evidence, ReleaseVerdict verdict) {
  /**
   * Judges a round.
   *
   * @param before the counts of the rounds before
   * @param number of the round within the run, from 1
   * @param traffic whether the candidate gets requests of clients, or copies of them; without any,
   *     metrics with a query do not count
   */
  public static Look at(
      Analysis analysis, Evidence before, ProbeReport report, int number, boolean traffic) {
    Evidence pooled = EvidencePool.plus(before, report);
    Analysis counts = traffic ? analysis : withoutQueries(analysis);
    return new Look(pooled, ReleaseVerdict.of(counts, pooled, report, number));
  }

  /** Queries are about requests of clients; as long as there are none, they cannot answer. */
  private static Analysis withoutQueries(Analysis all) {
    return all.withMetrics(
        all.metrics().stream().filter(metric -> metric.query() == null).toList());
  }
}
