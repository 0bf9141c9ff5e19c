package dev.modelcompression.operator.release.manifest;

/** The candidate's share of the requests, in percent. */
final class Weights {
  static final int ALL = 100;

  private Weights() {}

  /**
   * Refuses what is no share.
   *
   * @throws IllegalArgumentException it is outside of 0 to 100, or nobody could have it
   */
  static void check(int weight, boolean candidate) {
    if (weight < 0 || weight > (candidate ? ALL : 0)) {
      throw new IllegalArgumentException(
          "weight is %d, expected %s"
              .formatted(weight, candidate ? "0 to 100" : "0 without a candidate"));
    }
  }
}
