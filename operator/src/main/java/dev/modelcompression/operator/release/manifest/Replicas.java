package dev.modelcompression.operator.release.manifest;

/** Weights by numbers of pods, where there is no gateway. */
public final class Replicas {
  /** Beside baseline pods that stay, larger shares would take more than nine times as many pods. */
  private static final int MOST = 90;

  private Replicas() {}

  /**
   * How many candidate pods come nearest to a weight while all pods of the baseline stay: at least
   * one above weight 0, and {@code total} at weight 100, when the baseline gets nothing. Weights
   * between 90 and 100 are taken as 90.
   *
   * @param total pods of the baseline, at least 1
   * @param weight percent of the requests, 0 to 100
   */
  public static int of(int total, int weight) {
    Weights.check(weight, true);
    if (total < 1) {
      throw new IllegalArgumentException(
          "the baseline has %d pods, expected at least 1".formatted(total));
    }
    if (weight == 0 || weight == Weights.ALL) {
      return weight == 0 ? 0 : total;
    }
    double share = Math.min(weight, MOST) / 100.0;
    int fewer = (int) Math.floor(total * share / (1 - share) + 1e-9);
    return fewer == 0 || miss(total, fewer + 1, share) < miss(total, fewer, share)
        ? fewer + 1
        : fewer;
  }

  /** The weight that numbers of pods come to, in percent, rounded. */
  public static int weight(int baseline, int candidate) {
    return baseline + candidate == 0
        ? 0
        : (int) Math.round(100.0 * candidate / (baseline + candidate));
  }

  private static double miss(int total, int candidate, double share) {
    return Math.abs((double) candidate / (total + candidate) - share);
  }
}
