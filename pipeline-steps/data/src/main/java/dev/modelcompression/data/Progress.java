package dev.modelcompression.data;

/** Told how far a long computation is. Called from the computing thread; must return quickly. */
@FunctionalInterface
public interface Progress {
  /** Ignores all news. */
  Progress NONE = (done, total, note) -> {};

  /**
   * Reports where the computation is.
   *
   * @param done units finished, never decreasing
   * @param total units in all
   * @param note a few words for people, such as {@code "epoch 2/4, loss 0.213"}
   */
  void update(long done, long total, String note);
}
