package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.passes.quantize.Range;
import java.util.Map;

/**
 * What calibration found, by value name, in the order asked for.
 *
 * @param ranges the range to express
 * @param histograms the numbers that the value took
 */
public record CalibrationResult(Map<String, Range> ranges, Map<String, Histogram> histograms) {
  /** The range of one value that was asked for. */
  public Range range(String value) {
    return found(value, ranges);
  }

  /** The numbers of one value that was asked for. */
  public Histogram histogram(String value) {
    return found(value, histograms);
  }

  private static <T> T found(String value, Map<String, T> map) {
    var result = map.get(value);
    if (result == null) {
      throw new IllegalArgumentException("value '" + value + "' was not calibrated");
    }
    return result;
  }
}
