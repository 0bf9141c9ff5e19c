package dev.modelcompression.runtime.evaluate;

import org.apache.commons.statistics.descriptive.Quantile;

/** Quantiles by linear interpolation between order statistics (type 7 of Hyndman and Fan). */
final class Quantiles {
  private static final Quantile QUANTILE =
      Quantile.withDefaults().with(Quantile.EstimationMethod.HF7);

  private Quantiles() {}

  static double of(double[] values, double probability) {
    return QUANTILE.withCopy(true).evaluate(values, probability);
  }

  static double ofSorted(double[] sorted, double probability) {
    return QUANTILE.evaluate(sorted.length, i -> sorted[i], probability);
  }
}
