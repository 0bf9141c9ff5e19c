package dev.modelcompression.runtime.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Percentile bootstrap: how much a statistic varies when the units are drawn anew, with
 * replacement.
 *
 * <p>A unit carries all that was measured on it, for both models: drawing units keeps pairs
 * together, so that what makes a unit hard or slow for both models cancels out of differences and
 * ratios. The same seed gives the same intervals.
 *
 * @see <a href="https://doi.org/10.1214/aos/1176344552">Efron 1979</a>
 */
public final class Bootstrap {
  private final int resamples;
  private final double confidence;
  private final long seed;

  public Bootstrap(int resamples, double confidence, long seed) {
    this.resamples = resamples;
    this.confidence = confidence;
    this.seed = seed;
  }

  /** A statistic of {@code units} units, at least one, of which it is given the indices drawn. */
  public Estimate estimate(int units, ToDoubleFunction<int[]> statistic) {
    var random = random();
    var drawn = new int[units];
    Arrays.setAll(drawn, i -> i);
    double value = statistic.applyAsDouble(drawn);
    var values = new double[resamples];
    for (int i = 0; i < resamples; i++) {
      for (int j = 0; j < units; j++) {
        drawn[j] = random.nextInt(units);
      }
      values[i] = statistic.applyAsDouble(drawn);
    }
    return estimate(value, values);
  }

  /**
   * Statistics of units of few kinds, at least one unit; all from the same draws.
   *
   * @param kinds kind of each unit, from 0
   * @param statistics each is given how many units of each kind there are
   */
  public List<Estimate> ofCounts(
      byte[] kinds, int kindCount, List<ToDoubleFunction<int[]>> statistics) {
    var random = random();
    var counts = new int[kindCount];
    for (byte kind : kinds) {
      counts[kind]++;
    }
    var observed = counts.clone();
    var values = new double[statistics.size()][resamples];
    for (int i = 0; i < resamples; i++) {
      Arrays.fill(counts, 0);
      for (int j = 0; j < kinds.length; j++) {
        counts[kinds[random.nextInt(kinds.length)]]++;
      }
      for (int k = 0; k < values.length; k++) {
        values[k][i] = statistics.get(k).applyAsDouble(counts);
      }
    }
    var estimates = new ArrayList<Estimate>();
    for (int k = 0; k < values.length; k++) {
      estimates.add(estimate(statistics.get(k).applyAsDouble(observed), values[k]));
    }
    return estimates;
  }

  private Estimate estimate(double value, double[] resampled) {
    Arrays.sort(resampled);
    double outside = (1 - confidence) / 2;
    return new Estimate(
        value, Quantiles.ofSorted(resampled, outside), Quantiles.ofSorted(resampled, 1 - outside));
  }

  private UniformRandomProvider random() {
    return RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
  }
}
