package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.passes.quantize.Range;

/** Chooses the range that a quantized value must express from the numbers it took. */
@FunctionalInterface
public interface Calibrator {
  /** The range; never wider than from the smallest to the largest number seen. */
  Range range(Histogram histogram);

  /** From the smallest to the largest number seen: clips nothing. */
  static Calibrator minMax() {
    return histogram -> new Range(histogram.min(), histogram.max());
  }

  /**
   * Leaves out the rarest numbers, half of them at either end.
   *
   * @param percentile per cent of the numbers to keep, such as 99.999; in (50, 100]
   */
  static Calibrator percentile(double percentile) {
    if (!(percentile > 50 && percentile <= 100)) {
      throw new IllegalArgumentException(
          "percentile: found " + percentile + ", allowed: above 50, up to 100");
    }
    double outside = (100 - percentile) / 200;
    return histogram ->
        new Range(
            (float) histogram.lowerQuantile(outside), (float) histogram.upperQuantile(1 - outside));
  }

  /** The least loss of information; see {@link EntropyCalibrator}. */
  static Calibrator entropy() {
    return new EntropyCalibrator();
  }

  /** The least mean squared error of 8-bit rounding and clipping; see {@link MseCalibrator}. */
  static Calibrator mse() {
    return new MseCalibrator();
  }
}
