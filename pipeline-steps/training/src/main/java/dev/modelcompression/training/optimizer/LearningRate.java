package dev.modelcompression.training.optimizer;

import dev.modelcompression.training.FineTuneSettings;

/**
 * Learning rate of each step.
 *
 * @param peak the largest rate
 * @param warmupSteps steps in which the rate grows linearly up to the peak
 * @param totalSteps steps of the whole training
 */
public record LearningRate(
    FineTuneSettings.Schedule schedule, double peak, long warmupSteps, long totalSteps) {
  /** One-cycle spends this share of all steps on the way up. */
  private static final double RISE = 0.3;

  /** One-cycle starts at the peak over this. */
  private static final double START_DIVISOR = 25;

  /** The rate of step {@code step}, counted from 0. */
  public double at(long step) {
    if (schedule == FineTuneSettings.Schedule.ONE_CYCLE) {
      return oneCycle(step);
    }
    if (step < warmupSteps) {
      return peak * (step + 1) / warmupSteps;
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return switch (schedule) {
      case COSINE -> peak * (1 + Math.cos(Math.PI * progress)) / 2;
      case STEP -> peak * Math.pow(0.1, Math.floor(Math.min(progress, 0.999) * 3));
      default -> peak;
    };
  }

  /** Up along a cosine, then down to nearly nothing along another (Smith and Topin 2018). */
  private double oneCycle(long step) {
    double top = RISE * totalSteps;
    if (step < top) {
      double start = peak / START_DIVISOR;
      return start + (peak - start) * (1 - Math.cos(Math.PI * step / top)) / 2;
    }
    return peak * (1 + Math.cos(Math.PI * (step - top) / (totalSteps - top))) / 2;
  }
}
