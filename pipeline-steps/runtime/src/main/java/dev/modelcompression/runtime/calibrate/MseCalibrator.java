package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.passes.quantize.Range;

/**
 * Clips where the mean squared error of rounding to 256 levels and clipping is least: thresholds
 * from 0.2 to 1.0 of the largest magnitude are tried, and each bin stands for the numbers in it.
 */
final class MseCalibrator implements Calibrator {
  private static final int STEPS = 100;
  private static final double SMALLEST = 0.2;
  private static final int LARGEST_CODE = 255;

  @Override
  public Range range(Histogram histogram) {
    var best = new Range(histogram.min(), histogram.max());
    double least = squaredError(histogram, best);
    for (int step = STEPS - 1; step >= 0; step--) {
      double share = SMALLEST + (1 - SMALLEST) * step / STEPS;
      var range = histogram.clipped(share * histogram.maxMagnitude());
      double error = squaredError(histogram, range);
      if (error < least) {
        least = error;
        best = range;
      }
    }
    return best;
  }

  /** Sum of squared errors of all numbers but exact zeros, which cost nothing. */
  static double squaredError(Histogram histogram, Range range) {
    double low = Math.min(0, range.min());
    double high = Math.max(0, range.max());
    if (low == high) {
      return 0;
    }
    double scale = (high - low) / LARGEST_CODE;
    double zeroPoint = Math.rint(-low / scale);
    double width = histogram.binWidth();
    double error = 0;
    for (int bin = 0; bin < histogram.usedBins(); bin++) {
      double magnitude = (bin + 0.5) * width;
      long positive = histogram.positive(bin) - (bin == 0 ? histogram.zeros() : 0);
      if (positive > 0) {
        error += positive * squaredError(magnitude, scale, zeroPoint);
      }
      if (histogram.negative(bin) > 0) {
        error += histogram.negative(bin) * squaredError(-magnitude, scale, zeroPoint);
      }
    }
    return error;
  }

  private static double squaredError(double x, double scale, double zeroPoint) {
    double code = Math.rint(x / scale) + zeroPoint;
    double clipped = Math.min(Math.max(code, 0), LARGEST_CODE);
    double difference = x - (clipped - zeroPoint) * scale;
    return difference * difference;
  }
}
