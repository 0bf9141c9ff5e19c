package dev.modelcompression.runtime.calibrate;

/**
 * How calibration runs.
 *
 * @param calibrator what chooses the ranges
 * @param batch samples per run of the model; memory grows with it, results do not depend on it
 * @param threads threads for the model and for counting
 */
public record CalibrationSettings(Calibrator calibrator, int batch, int threads) {
  public CalibrationSettings {
    if (batch < 1) {
      throw new IllegalArgumentException("batch: found " + batch + ", allowed: 1 or more");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: found " + threads + ", allowed: 1 or more");
    }
  }
}
