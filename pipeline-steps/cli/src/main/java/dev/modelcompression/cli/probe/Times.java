package dev.modelcompression.cli.probe;

import dev.modelcompression.contract.ProbeReport.Estimate;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Median and 99th percentile of times, with standard errors by a bootstrap on the logarithm.
 *
 * <p>Requests that follow each other are slow together, when a collector or another pod gets in the
 * way: what is drawn anew are runs of the cube root of their number, not single requests. A pair is
 * drawn as a whole, so that what slowed down both sides cancels out of their ratio.
 *
 * @param p50 of the median
 * @param p99 of the 99th percentile
 * @see <a href="https://doi.org/10.1214/aos/1176347265">Künsch 1989</a>
 */
record Times(Estimate p50, Estimate p99) {
  private static final double MEDIAN = 0.5;
  private static final double TAIL = 0.99;

  private static final int RESAMPLES = 500;

  /** Of fewer times than this nothing can be said of how much they vary. */
  private static final int FEWEST = 20;

  private static final double UNKNOWN_ERROR = 100;

  private static final double MAX_VALUE = 1e9;

  /** Times, and the place of each among them in ascending order. */
  private record Ranked(double[] sorted, int[] ranks) {
    static Ranked of(double[] times) {
      var sorted = times.clone();
      Arrays.sort(sorted);
      int[] ranks =
          Arrays.stream(times).mapToInt(time -> Arrays.binarySearch(sorted, time)).toArray();
      return new Ranked(sorted, ranks);
    }

    /** The least time that the share of drawn times is not above. */
    double quantile(int[] drawn, double share) {
      long wanted = (long) Math.ceil(share * ranks.length);
      long seen = 0;
      int rank = -1;
      while (seen < wanted) {
        rank++;
        seen += drawn[rank];
      }
      return sorted[rank];
    }

    int[] count(int[] indices) {
      var drawn = new int[ranks.length];
      for (int index : indices) {
        drawn[ranks[index]]++;
      }
      return drawn;
    }
  }

  /** Of one side; at least one time, in the order of the requests. */
  static Times of(double[] millis, long seed) {
    var ones = new double[millis.length];
    Arrays.fill(ones, 1);
    return ratio(ones, millis, seed);
  }

  /** Of the quotient of the quantiles; times of the same index belong to the same sample. */
  static Times ratio(double[] baseline, double[] candidate, long seed) {
    var below = Ranked.of(baseline);
    var above = Ranked.of(candidate);
    int n = baseline.length;
    var random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
    var indices = new int[n];
    Arrays.setAll(indices, i -> i);
    double[] observed = logarithms(below, above, indices);
    var sums = new double[2];
    var squares = new double[2];
    for (int i = 0; i < RESAMPLES; i++) {
      draw(random, indices);
      double[] drawn = logarithms(below, above, indices);
      for (int q = 0; q < 2; q++) {
        double deviation = drawn[q] - observed[q];
        sums[q] += deviation;
        squares[q] += deviation * deviation;
      }
    }
    return new Times(
        estimate(observed[0], n, sums[0], squares[0]),
        estimate(observed[1], n, sums[1], squares[1]));
  }

  private static double[] logarithms(Ranked below, Ranked above, int[] indices) {
    var from = below.count(indices);
    var to = above.count(indices);
    return new double[] {
      Math.log(above.quantile(to, MEDIAN) / below.quantile(from, MEDIAN)),
      Math.log(above.quantile(to, TAIL) / below.quantile(from, TAIL))
    };
  }

  /** Runs of consecutive indices, beginning anywhere and going on at the start after the end. */
  private static void draw(UniformRandomProvider random, int[] indices) {
    int n = indices.length;
    int run = Math.max(1, (int) Math.round(Math.cbrt(n)));
    for (int at = 0; at < n; ) {
      int start = random.nextInt(n);
      for (int i = 0; i < run && at < n; i++) {
        indices[at++] = (start + i) % n;
      }
    }
  }

  private static Estimate estimate(double logarithm, int n, double sum, double squares) {
    double value = Math.max(1 / MAX_VALUE, Math.min(MAX_VALUE, Math.exp(logarithm)));
    double variance = (squares - sum * sum / RESAMPLES) / (RESAMPLES - 1);
    double error = n < FEWEST ? UNKNOWN_ERROR : Math.sqrt(Math.max(0, variance));
    return new Estimate(value, Math.min(UNKNOWN_ERROR, error));
  }
}
