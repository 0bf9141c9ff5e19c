package dev.modelcompression.serving.infer;

/**
 * What one request has of the memory budget. It goes back when the call is over and the model has
 * let go of the tensors, whichever is later: whoever hangs up leaves their tensors in the queue.
 */
public final class MemoryShare {
  private final MemoryBudget budget;
  private long taken;
  private boolean queued;
  private boolean ended;

  MemoryShare(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Takes some, before it is allocated.
   *
   * @throws RequestException it is not there
   */
  public synchronized void take(long bytes) {
    if (ended && !queued) {
      return; // nobody would give it back, and nobody keeps what is made of it
    }
    budget.take(bytes, taken);
    taken += bytes;
  }

  /** Some is not needed any more. */
  public synchronized void giveBack(long bytes) {
    long back = Math.min(bytes, taken);
    taken -= back;
    budget.giveBack(back);
  }

  /** The call is over, however. Harmless when it is said again. */
  public synchronized void ended() {
    ended = true;
    settle();
  }

  /** The tensors wait for the model, whatever becomes of the call. */
  synchronized void queued() {
    queued = true;
  }

  /** The model is done with the tensors. */
  synchronized void done() {
    queued = false;
    settle();
  }

  private void settle() {
    if (ended && !queued) {
      giveBack(taken);
    }
  }
}
