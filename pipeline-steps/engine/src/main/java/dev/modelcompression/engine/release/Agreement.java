package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.status.Evidence;

/**
 * The share of samples that both sides give the same class. It is with the baseline, so there is no
 * figure of the baseline to compare it with.
 *
 * @param population samples of the data set, see {@link Accuracy}
 */
record Agreement(Evidence pooled, long population) implements Figures {
  @Override
  public double baseline() {
    return Double.NaN;
  }

  @Override
  public double candidate() {
    return Intervals.share(pooled.agree(), pooled.pairs());
  }

  @Override
  public long samples() {
    return pooled.pairs();
  }

  @Override
  public String missing() {
    return "no sample was answered by both sides yet";
  }

  @Override
  public Interval value(double alpha) {
    return Intervals.rate(pooled.agree(), pooled.pairs(), alpha)
        .narrowed(
            Intervals.ofPopulation(pooled.candidate().requests(), pooled.pairs(), population));
  }

  @Override
  public Interval drop(double alpha) {
    return Interval.UNKNOWN;
  }

  @Override
  public Interval ratio(double alpha) {
    return Interval.UNKNOWN;
  }
}
