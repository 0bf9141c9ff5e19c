package dev.modelcompression.engine.release;

/**
 * Spreads the chance of a false verdict over all looks at growing evidence.
 *
 * <p>The k-th look gets {@code α·6/(π²k²)}. These shares sum to α over any number of looks, and by
 * Bonferroni's inequality so does the chance that at least one of them errs, however they depend on
 * each other.
 */
public final class ErrorBudget {
  private static final double FIRST = 6 / (Math.PI * Math.PI);

  private ErrorBudget() {}

  /**
   * The chance of error that one look may take.
   *
   * @param confidence of the whole run, above 0 and below 1
   * @param look number of the look, from 1
   */
  public static double at(double confidence, int look) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence is " + confidence + ", expected more than 0 and less than 1");
    }
    if (look < 1) {
      throw new IllegalArgumentException("look is " + look + ", expected at least 1");
    }
    return (1 - confidence) * FIRST / look / look;
  }
}
