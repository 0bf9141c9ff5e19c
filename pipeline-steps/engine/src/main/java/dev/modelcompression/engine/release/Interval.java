package dev.modelcompression.engine.release;

/**
 * A number that was measured, with bounds that each hold on their own but for a chance of error.
 *
 * @param estimate the number; NaN when nothing is known of it
 * @param low what it is at least
 * @param high what it is at most
 */
public record Interval(double estimate, double low, double high) {
  /** Nothing is known. */
  public static final Interval UNKNOWN =
      new Interval(Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** A number that is not in doubt. */
  public static Interval exactly(double value) {
    return new Interval(value, value, value);
  }

  /** Whether there is an estimate at all. */
  public boolean isKnown() {
    return !Double.isNaN(estimate);
  }

  /** The same estimate with both bounds moved towards it: 1 leaves them, 0 makes it exact. */
  Interval narrowed(double factor) {
    return isKnown()
        ? new Interval(
            estimate, estimate - (estimate - low) * factor, estimate + (high - estimate) * factor)
        : this;
  }
}
