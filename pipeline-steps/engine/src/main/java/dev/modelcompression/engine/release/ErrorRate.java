package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.contract.ProbeReport;

/**
 * The share of requests without a proper answer. A sample that neither side answered says nothing
 * about the candidate — the path to both was broken — and is left out.
 *
 * @param requests samples that at least one side answered
 * @param baselineErrors those that only the candidate answered
 * @param candidateErrors those that only the baseline answered
 * @param failure the candidate's most frequent kind of error in the last round; may be empty
 */
record ErrorRate(long requests, long baselineErrors, long candidateErrors, String failure)
    implements Figures {
  static ErrorRate of(Evidence pooled, ProbeReport report) {
    long errors = pooled.baseline().errors() + pooled.candidate().errors();
    long both = pooled.pairs() - pooled.candidate().requests() + errors;
    String failure = report.candidate().failure();
    return new ErrorRate(
        pooled.candidate().requests() - both,
        pooled.baseline().errors() - both,
        pooled.candidate().errors() - both,
        failure == null ? "" : failure);
  }

  @Override
  public double baseline() {
    return Intervals.share(baselineErrors, requests);
  }

  @Override
  public double candidate() {
    return Intervals.share(candidateErrors, requests);
  }

  @Override
  public long samples() {
    return requests;
  }

  @Override
  public String missing() {
    return "neither side answered anything yet";
  }

  @Override
  public Interval value(double alpha) {
    return Intervals.rate(candidateErrors, requests, alpha);
  }

  @Override
  public Interval drop(double alpha) {
    return Intervals.pairedDifference(baselineErrors, candidateErrors, requests, alpha);
  }

  @Override
  public Interval ratio(double alpha) {
    return Intervals.ratio(candidateErrors, requests, baselineErrors, requests, alpha);
  }

  @Override
  public String detail() {
    return failure;
  }

  @Override
  public boolean isBrokenByBaseline(double max, double alpha) {
    return Intervals.rate(baselineErrors, requests, alpha).low() > max;
  }
}
