package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.status.Evidence;

/**
 * The share of right answers. Right or wrong is decided by model and sample alone, so bounds are
 * about the data set and shrink as more of it was asked, see {@link Intervals#ofPopulation}.
 *
 * @param population samples of the data set
 */
record Accuracy(Evidence pooled, long population) implements Figures {
  @Override
  public double baseline() {
    return share(pooled.baseline());
  }

  @Override
  public double candidate() {
    return share(pooled.candidate());
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
    return rate(pooled.candidate(), alpha);
  }

  @Override
  public Interval drop(double alpha) {
    return Intervals.pairedDifference(
            pooled.onlyBaselineRight(), pooled.onlyCandidateRight(), pooled.pairs(), alpha)
        .narrowed(
            Intervals.ofPopulation(pooled.candidate().requests(), pooled.pairs(), population));
  }

  /**
   * {@code 1 − drop / baseline}: the drop is paired, and the baseline's own doubt hardly matters.
   */
  @Override
  public Interval ratio(double alpha) {
    var drop = drop(alpha / 2);
    var base = rate(pooled.baseline(), alpha / 2);
    if (!drop.isKnown() || !base.isKnown() || base.low() <= 0) {
      return Interval.UNKNOWN;
    }
    return new Interval(
        1 - drop.estimate() / base.estimate(),
        1 - drop.high() / (drop.high() > 0 ? base.low() : base.high()),
        1 - drop.low() / (drop.low() > 0 ? base.high() : base.low()));
  }

  private static double share(Evidence.Answers side) {
    return Intervals.share(side.correct(), side.requests() - side.errors());
  }

  private Interval rate(Evidence.Answers side, double alpha) {
    long answered = side.requests() - side.errors();
    return Intervals.rate(side.correct(), answered, alpha)
        .narrowed(Intervals.ofPopulation(side.requests(), answered, population));
  }
}
