package dev.modelcompression.data;

/**
 * Divides a progress among computations in a row, by what each of them is expected to take, so that
 * the whole is done when the last of them is.
 */
public final class ProgressParts {
  private static final long UNITS = 1_000_000;

  private final Progress whole;
  private final double work;
  private double before;

  /**
   * Divides a progress.
   *
   * @param work of all parts together, in any unit; above 0
   */
  public ProgressParts(Progress whole, double work) {
    this.whole = whole;
    this.work = work;
  }

  /** The progress of the next part, which has so much work; it tells from 0 to all of its own. */
  public Progress next(double partOfWork) {
    double from = before;
    before += partOfWork;
    return (done, total, note) -> {
      double share = total <= 0 ? 0 : Math.min(1, (double) done / total);
      whole.update(Math.round((from + partOfWork * share) / work * UNITS), UNITS, note);
    };
  }
}
