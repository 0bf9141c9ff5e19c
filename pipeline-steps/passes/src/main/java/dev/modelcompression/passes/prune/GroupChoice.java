package dev.modelcompression.passes.prune;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What one group can be cut down to.
 *
 * @param index of the group
 * @param levels channel counts that it may have, ascending; the last is the present one
 * @param ranked its channels, the most important first
 * @param lostBelow lostBelow[k] is the importance lost when the k best stay
 */
record GroupChoice(int index, int[] levels, int[] ranked, double[] lostBelow) {

  static GroupChoice of(
      int index, ChannelGroup group, double[] scores, ChannelPruneSettings settings) {
    int channels = group.channels();
    int[] ranked =
        IntStream.range(0, channels)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer c) -> -scores[c]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] lost = new double[channels + 1];
    for (int k = channels - 1; k >= 0; k--) {
      lost[k] = lost[k + 1] + scores[ranked[k]];
    }
    return new GroupChoice(index, levels(group, settings), ranked, lost);
  }

  /** Multiples of the block, from the least that must stay, and the present count. */
  private static int[] levels(ChannelGroup group, ChannelPruneSettings settings) {
    int block = settings.roundTo() / gcd(settings.roundTo(), group.width());
    int stay = (int) Math.ceil(group.channels() * (1 - settings.maxRatioPerGroup()) - 1e-9);
    int least = Math.max(1, Math.max(settings.minChannels(), stay));
    return IntStream.rangeClosed(1, group.channels())
        .filter(count -> count == group.channels() || (count >= least && count % block == 0))
        .toArray();
  }

  int smallest() {
    return levels[0];
  }

  /** The counts with this group one level lower, or unchanged at its lowest. */
  int[] next(int[] kept) {
    int[] next = kept.clone();
    for (int level : levels) {
      if (level < kept[index]) {
        next[index] = level;
      }
    }
    return next;
  }

  /**
   * Importance lost between two states, the more dearly paid the less is left: scores are measured
   * on the whole layer, whose channels stand in for one another until few remain.
   */
  double loss(int[] before, int[] after) {
    double lost = lostBelow[after[index]] - lostBelow[before[index]];
    return lost / Math.max(1e-9, 1 - lostShare(after[index]));
  }

  double lostShare(int count) {
    return lostBelow[0] == 0 ? 0 : lostBelow[count] / lostBelow[0];
  }

  /** The level nearest to a share of all channels; of two, the higher. */
  int nearest(double share) {
    double wanted = share * levels[levels.length - 1];
    int nearest = levels[levels.length - 1];
    for (int k = levels.length - 2; k >= 0; k--) {
      if (Math.abs(levels[k] - wanted) < Math.abs(nearest - wanted)) {
        nearest = levels[k];
      }
    }
    return nearest;
  }

  /** The most important channels, in ascending order. */
  int[] best(int count) {
    int[] best = Arrays.copyOf(ranked, count);
    Arrays.sort(best);
    return best;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
