package dev.modelcompression.passes.prune;

/** Which units stay. */
@FunctionalInterface
interface Kept {
  boolean keeps(int unit);

  /** Positions of the units that stay. */
  default int[] positions(int[] units) {
    var kept = new int[units.length];
    int count = 0;
    for (int i = 0; i < units.length; i++) {
      if (keeps(units[i])) {
        kept[count++] = i;
      }
    }
    return java.util.Arrays.copyOf(kept, count);
  }

  /** How many units stay. */
  default int count(int[] units) {
    return positions(units).length;
  }

  /** How many units stay among those before position {@code end}. */
  default int countBefore(int[] units, int end) {
    return count(java.util.Arrays.copyOf(units, end));
  }
}
