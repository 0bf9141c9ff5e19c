package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ProbeReport;
import java.util.List;

/** Says what a measurement means. */
@FunctionalInterface
public interface Judge {
  /**
   * Judges one measurement.
   *
   * @param before what was counted before
   * @param report what was measured now
   * @param look number of the measurement within the run, from 1
   * @param traffic whether the candidate gets requests of clients, or copies of them; without any,
   *     metrics with a query do not count
   */
  Judgement judge(
      Analysis analysis, Evidence before, ProbeReport report, int look, boolean traffic);

  /**
   * What a measurement means.
   *
   * @param evidence what is counted now
   * @param metrics what each limit says
   * @param verdict what all of them say together
   */
  record Judgement(Evidence evidence, List<MetricStatus> metrics, Verdict verdict) {}
}
