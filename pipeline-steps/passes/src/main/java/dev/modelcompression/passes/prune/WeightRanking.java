package dev.modelcompression.passes.prune;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of one layer that are not 0 yet from the least to the most important, ties in their
 * order in memory.
 *
 * <p>One {@code long} a weight: the bits of its non-negative score, which sort like the score
 * itself, above its index.
 */
final class WeightRanking {
  /** Share of its weights that a layer may lose when layers are ranked together. */
  static final double MOST_OF_A_LAYER = 0.99;

  private final long[] sorted;

  /** How many weights the layer has, those that are 0 included. */
  private final int elements;

  private WeightRanking(long[] sorted, int elements) {
    this.sorted = sorted;
    this.elements = elements;
  }

  /** Ranks all by absolute value. */
  static WeightRanking of(float[] scores) {
    return of(scores, IntStream.range(0, scores.length));
  }

  /**
   * Ranks by absolute score what is not 0.
   *
   * @param weights elementwise those that {@code scores} is of
   */
  static WeightRanking ofNonZero(float[] scores, float[] weights) {
    return of(scores, IntStream.range(0, scores.length).filter(i -> weights[i] != 0));
  }

  private static WeightRanking of(float[] scores, IntStream ranked) {
    long[] keys =
        ranked
            .mapToLong(i -> ((long) Float.floatToIntBits(Math.abs(scores[i])) << 32) | i)
            .sorted()
            .toArray();
    return new WeightRanking(keys, scores.length);
  }

  /** Marks all that are ranked but the {@code count} least important. */
  BitSet withoutLowest(int count) {
    var kept = new BitSet(elements);
    for (int i = count; i < sorted.length; i++) {
      kept.set((int) sorted[i]);
    }
    return kept;
  }

  /** How many are ranked. */
  int size() {
    return sorted.length;
  }

  private int mayLose() {
    int zeros = elements - sorted.length;
    long most = Math.min(sorted.length - 1L, (long) (MOST_OF_A_LAYER * elements) - zeros);
    return (int) Math.max(0, most);
  }

  /** How many removable weights have a score below the one with these bits. */
  private int below(int bits) {
    int at = Arrays.binarySearch(sorted, (long) bits << 32);
    return Math.min(mayLose(), at < 0 ? -at - 1 : at);
  }

  /** How many each layer loses when the {@code count} least important of all go. */
  static int[] lowest(List<WeightRanking> layers, long count) {
    int low = 0;
    int high = Integer.MAX_VALUE;
    while (low < high) {
      int middle = (int) ((low + (long) high + 1) / 2);
      long below = layers.stream().mapToLong(layer -> layer.below(middle)).sum();
      if (below <= count) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    int threshold = low;
    int[] lost = layers.stream().mapToInt(layer -> layer.below(threshold)).toArray();
    long left = count - Arrays.stream(lost).asLongStream().sum();
    for (int i = 0; i < lost.length && left > 0; i++) {
      int atThreshold = threshold == Integer.MAX_VALUE ? 0 : layers.get(i).below(threshold + 1);
      int more = (int) Math.min(left, Math.max(0, atThreshold - lost[i]));
      lost[i] += more;
      left -= more;
    }
    return lost;
  }
}
