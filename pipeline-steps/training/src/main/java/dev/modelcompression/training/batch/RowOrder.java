package dev.modelcompression.training.batch;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Orders of rows that follow from a seed and a number alone, so that a resumed training needs no
 * state of a random generator.
 */
public final class RowOrder {
  /** Tells the stream of the validation split from those of the epochs. */
  private static final long SPLIT = -1;

  private RowOrder() {}

  /** A random order of {@code rows} for one epoch. */
  public static int[] ofEpoch(int rows, long seed, int epoch) {
    return shuffled(rows, random(seed, epoch));
  }

  /** A random order whose first rows are set aside for validation. */
  public static int[] ofSplit(int rows, long seed) {
    return shuffled(rows, random(seed, SPLIT));
  }

  /** A generator that depends on all of the numbers. */
  static SplittableRandom random(long seed, long... numbers) {
    long mixed = seed;
    for (long number : numbers) {
      mixed = new SplittableRandom(mixed ^ (number * 0x9E3779B97F4A7C15L)).nextLong();
    }
    return new SplittableRandom(mixed);
  }

  private static int[] shuffled(int rows, SplittableRandom random) {
    var order = IntStream.range(0, rows).toArray();
    for (int i = rows - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
