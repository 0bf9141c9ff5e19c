package dev.modelcompression.engine;

/** Told how far a step is. Called from the thread that runs the step. */
@FunctionalInterface
public interface StepProgress {
  /**
   * Reports where the step is.
   *
   * @param done units finished
   * @param total units in all
   * @param note a few words for people, such as {@code "epoch 2/4"}
   * @throws StopRequestedException the run is being stopped; let it pass
   */
  void update(long done, long total, String note);
}
