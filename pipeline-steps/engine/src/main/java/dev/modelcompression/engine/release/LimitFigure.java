package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.status.Verdict;

/**
 * One limit held against what was measured: what a verdict about a metric rests on, in numbers.
 *
 * @param metric its name
 * @param aspect what is limited
 * @param upper whether the bound is the greatest accepted value, and not the least
 * @param bound the limit
 * @param interval what was measured of the aspect; unknown when nothing was
 * @param unit how the numbers are written
 * @param verdict what this limit alone says
 */
public record LimitFigure(
    String metric,
    Aspect aspect,
    boolean upper,
    double bound,
    Interval interval,
    Unit unit,
    Verdict verdict) {

  /** What a limit is about. */
  public enum Aspect {
    /** The candidate's own figure. */
    VALUE,
    /** Baseline less candidate. */
    DROP,
    /** Candidate over baseline. */
    RATIO
  }
}
