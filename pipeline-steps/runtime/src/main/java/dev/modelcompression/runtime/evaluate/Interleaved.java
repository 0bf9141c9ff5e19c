package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Progress;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Times two pieces of work in short alternating blocks, so that whatever else the machine does hits
 * both. Which of them goes first alternates too.
 *
 * @param original nanoseconds of each run, by block
 * @param result likewise, in the block next to it
 */
record Interleaved(double[][] original, double[][] result) {
  private static final int RUNS_PER_BLOCK = 10;
  private static final int LEAST_BLOCKS = 5;

  /**
   * Measures both.
   *
   * @param warmup runs of each before, which do not count
   * @param runs of each
   * @param progress told between blocks, never within one
   */
  static Interleaved measure(
      Runnable original,
      Runnable result,
      int warmup,
      int runs,
      LongSupplier nanoClock,
      Progress progress) {
    for (int i = 0; i < warmup; i++) {
      original.run();
      result.run();
    }
    int blocks = Math.min(runs, Math.max(LEAST_BLOCKS, runs / RUNS_PER_BLOCK));
    int perBlock = (runs + blocks - 1) / blocks;
    var times = new Interleaved(new double[blocks][], new double[blocks][]);
    for (int block = 0; block < blocks; block++) {
      if (block % 2 == 0) {
        times.original[block] = time(original, perBlock, nanoClock);
        times.result[block] = time(result, perBlock, nanoClock);
      } else {
        times.result[block] = time(result, perBlock, nanoClock);
        times.original[block] = time(original, perBlock, nanoClock);
      }
      progress.update(block + 1, blocks, "");
    }
    return times;
  }

  /**
   * Quotient of the medians of all runs, result to original; neighbouring blocks of both sides are
   * resampled together.
   */
  Estimate ratio(Bootstrap bootstrap) {
    return bootstrap.estimate(
        original.length, drawn -> median(result, drawn) / median(original, drawn));
  }

  /** Median of all runs of one side in nanoseconds; whole blocks are resampled. */
  static Estimate median(double[][] blocks, Bootstrap bootstrap) {
    return bootstrap.estimate(blocks.length, drawn -> median(blocks, drawn));
  }

  /** Quantile of all runs of one side in nanoseconds. */
  static double quantile(double[][] blocks, double probability) {
    return Quantiles.of(
        Arrays.stream(blocks).flatMapToDouble(Arrays::stream).toArray(), probability);
  }

  private static double median(double[][] blocks, int[] drawn) {
    return Quantiles.of(
        Arrays.stream(drawn)
            .boxed()
            .flatMapToDouble(block -> Arrays.stream(blocks[block]))
            .toArray(),
        0.5);
  }

  private static double[] time(Runnable work, int runs, LongSupplier nanoClock) {
    var times = new double[runs];
    for (int i = 0; i < runs; i++) {
      long start = nanoClock.getAsLong();
      work.run();
      times[i] = nanoClock.getAsLong() - start;
    }
    return times;
  }
}
