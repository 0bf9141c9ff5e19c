package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeReport.Estimate;
import dev.modelcompression.contract.ProbeReport.Pairs;
import dev.modelcompression.contract.ProbeReport.Side;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reports of rounds, sample by sample. */
final class Rounds {
  private final int population;
  private int requests;
  private int baselineErrors;
  private int candidateErrors;
  private int baselineCorrect;
  private int candidateCorrect;
  private int pairs;
  private int agree;
  private int onlyBaseline;
  private int onlyCandidate;
  private double ratio = 1;
  private double tailRatio = 1;
  private double logError = 0.05;
  private Map<String, Answers> queries = Map.of();

  private Rounds(int population) {
    this.population = population;
  }

  static Rounds of(int population) {
    return new Rounds(population);
  }

  /** Samples that both answer. */
  Rounds answered(int count, boolean baselineRight, boolean candidateRight, boolean alike) {
    requests += count;
    pairs += count;
    agree += alike ? count : 0;
    baselineCorrect += baselineRight ? count : 0;
    candidateCorrect += candidateRight ? count : 0;
    onlyBaseline += baselineRight && !candidateRight ? count : 0;
    onlyCandidate += candidateRight && !baselineRight ? count : 0;
    return this;
  }

  /** Samples that both get right. */
  Rounds right(int count) {
    return answered(count, true, true, true);
  }

  Rounds onlyBaselineRight(int count) {
    return answered(count, true, false, false);
  }

  Rounds onlyCandidateRight(int count) {
    return answered(count, false, true, false);
  }

  /** Samples that the baseline gets right and the candidate does not answer. */
  Rounds candidateFails(int count) {
    return candidateFails(count, true);
  }

  Rounds candidateFails(int count, boolean baselineRight) {
    requests += count;
    candidateErrors += count;
    baselineCorrect += baselineRight ? count : 0;
    return this;
  }

  Rounds baselineFails(int count) {
    requests += count;
    baselineErrors += count;
    candidateCorrect += count;
    return this;
  }

  Rounds bothFail(int count) {
    requests += count;
    baselineErrors += count;
    candidateErrors += count;
    return this;
  }

  /** Times of the candidate over those of the baseline, which are 10 and 20 ms. */
  Rounds slower(double factor, double error) {
    return slower(factor, factor, error);
  }

  Rounds slower(double median, double tail, double error) {
    ratio = median;
    tailRatio = tail;
    logError = error;
    return this;
  }

  Rounds queries(Map<String, Answers> answers) {
    queries = answers;
    return this;
  }

  ProbeReport report() {
    return new ProbeReport(
        "v1",
        "r-1",
        1,
        population,
        side(baselineErrors, baselineCorrect, 1, 1),
        side(candidateErrors, candidateCorrect, ratio, tailRatio),
        new Pairs(
            pairs, agree, onlyBaseline, onlyCandidate, time(pairs, ratio), time(pairs, tailRatio)),
        queries);
  }

  private Side side(int errors, int correct, double median, double tail) {
    return new Side(
        requests,
        errors,
        correct,
        time(requests - errors, 10 * median),
        time(requests - errors, 20 * tail),
        errors > 0 ? "HTTP 500" : null);
  }

  private @Nullable Estimate time(int count, double value) {
    return count > 0 ? new Estimate(value, logError) : null;
  }

  static ReleaseMetric min(String name, double bound) {
    return new ReleaseMetric(name, bound, null, null, null, null, null);
  }

  static ReleaseMetric max(String name, double bound) {
    return new ReleaseMetric(name, null, bound, null, null, null, null);
  }

  static ReleaseMetric maxDrop(String name, double bound) {
    return new ReleaseMetric(name, null, null, bound, null, null, null);
  }

  static ReleaseMetric minRatio(String name, double bound) {
    return new ReleaseMetric(name, null, null, null, bound, null, null);
  }

  static ReleaseMetric maxRatio(String name, double bound) {
    return new ReleaseMetric(name, null, null, null, null, bound, null);
  }

  static Analysis analysis(int minSamples, ReleaseMetric... metrics) {
    return new Analysis(
        "30s",
        null,
        500,
        minSamples,
        0.95,
        0,
        30,
        new Analysis.Prometheus("http://prometheus:9090"),
        List.of(metrics));
  }
}
