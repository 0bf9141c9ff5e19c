package dev.modelcompression.engine.release;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Bounds of rates and of their differences and ratios. {@code alpha} is the error of each bound.
 */
public final class Intervals {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private static final int BISECTIONS = 60;

  private Intervals() {}

  /**
   * A rate: {@code hits} of {@code trials}. Exact, so the error is never above alpha.
   *
   * @see <a href="https://doi.org/10.1093/biomet/26.4.404">Clopper and Pearson 1934</a>
   */
  public static Interval rate(long hits, long trials, double alpha) {
    if (trials == 0) {
      return Interval.UNKNOWN;
    }
    long misses = trials - hits;
    double low =
        hits == 0
            ? 0
            : BetaDistribution.of((double) hits, misses + 1.0).inverseCumulativeProbability(alpha);
    double high =
        misses == 0
            ? 1
            : BetaDistribution.of(hits + 1.0, (double) misses).inverseSurvivalProbability(alpha);
    return new Interval(share(hits, trials), low, high);
  }

  /** {@code hits / trials}; NaN without trials. */
  static double share(long hits, long trials) {
    return (double) hits / trials;
  }

  /**
   * How much greater the rate of the first is than that of the second, where both were tried on the
   * same samples: {@code (onlyFirst − onlySecond) / pairs}. The score interval, which unlike Wald's
   * holds for few discordant pairs and for none.
   *
   * @see <a
   *     href="https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C891::AID-SIM780%3E3.0.CO;2-B">Tango
   *     1998</a>
   */
  public static Interval pairedDifference(
      long onlyFirst, long onlySecond, long pairs, double alpha) {
    if (pairs == 0) {
      return Interval.UNKNOWN;
    }
    double estimate = (double) (onlyFirst - onlySecond) / pairs;
    double z = quantile(alpha);
    DoubleUnaryOperator score =
        delta -> score((double) onlyFirst, (double) onlySecond, (double) pairs, delta);
    return new Interval(
        estimate,
        crossing(delta -> score.applyAsDouble(delta) - z, -1, estimate),
        crossing(delta -> score.applyAsDouble(delta) + z, estimate, 1));
  }

  /**
   * The quotient of two rates, from bounds of each at half of alpha.
   *
   * @return unknown when the second is 0, but for the bounds
   */
  public static Interval ratio(
      long hits, long trials, long otherHits, long otherTrials, double alpha) {
    var above = rate(hits, trials, alpha / 2);
    var below = rate(otherHits, otherTrials, alpha / 2);
    return above.isKnown() && below.isKnown()
        ? new Interval(
            above.estimate() / below.estimate(),
            above.low() / below.high(),
            above.high() / below.low())
        : Interval.UNKNOWN;
  }

  /**
   * A quantile of times, or the quotient of two, by the standard error of its logarithm.
   *
   * <p>That standard error is itself known only from the samples around the quantile: Student's
   * distribution with twice the number of samples beyond it as degrees of freedom keeps the bounds
   * of few samples wide, as simulation shows the normal one does not.
   *
   * @param quantile which one, such as 0.99
   * @param samples how many times there are
   */
  public static Interval ofQuantile(
      double value, double logError, double quantile, long samples, double alpha) {
    double freedom = Math.max(1, 2 * samples * Math.min(quantile, 1 - quantile));
    double factor =
        Math.exp(TDistribution.of(freedom).inverseSurvivalProbability(alpha) * logError);
    return new Interval(value, value / factor, value * factor);
  }

  /**
   * How much narrower bounds get because samples are drawn from a data set of limited size without
   * putting back: the square root of {@code Σn²/answered − answered/population}, {@code n} being
   * how often each sample was answered. Where all that was asked was answered, that is {@code r(1 −
   * r) / (w + r)} after {@code w} whole walks through the data set and the share {@code r} of
   * another: 0 when each sample was asked equally often, as nothing about the data set is left to
   * chance then.
   *
   * <p>Which requests had no answer is not known. They are taken as those to the same samples in
   * every walk, the ones asked least often first: so as few samples as can be are known, and the
   * bounds are the widest. They can even get wider, by answers that only repeat others.
   *
   * @param asked requests, the n-th for the n-th sample of endless walks in the same order
   * @param answered how many of them count
   * @param population samples of the data set
   */
  public static double ofPopulation(long asked, long answered, long population) {
    if (answered == 0 || population == 0) {
      return 1;
    }
    long whole = asked / population;
    double walks = whole;
    double oftener = asked - whole * population;
    double unknown = asked - answered;
    double unknownAmongOthers = Math.min(unknown, walks * (population - oftener));
    double squares =
        walks * walks * (population - oftener)
            + (walks + 1) * (walks + 1) * oftener
            - walks * unknownAmongOthers
            - (walks + 1) * (unknown - unknownAmongOthers);
    return Math.sqrt(Math.max(0, squares / answered - (double) answered / population));
  }

  private static double quantile(double alpha) {
    return NORMAL.inverseSurvivalProbability(alpha);
  }

  /**
   * Distance of the observed difference from {@code delta} in standard errors under {@code delta}.
   */
  private static double score(double first, double second, double n, double delta) {
    double b = -first - second + (2 * n - first + second) * delta;
    double c = -second * delta * (1 - delta);
    double nuisance = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
    double variance = n * (2 * nuisance + delta * (1 - delta));
    double distance = first - second - n * delta;
    return variance > 0 ? distance / Math.sqrt(variance) : Math.signum(distance) * Double.MAX_VALUE;
  }

  /** Where a falling function crosses 0. */
  private static double crossing(DoubleUnaryOperator falling, double from, double to) {
    double low = from;
    double high = to;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (falling.applyAsDouble(middle) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }
}
