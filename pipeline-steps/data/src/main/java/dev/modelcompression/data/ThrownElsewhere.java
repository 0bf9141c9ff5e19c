package dev.modelcompression.data;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What work in another thread has thrown, for the thread that waits for it. */
public final class ThrownElsewhere {
  private ThrownElsewhere() {}

  /**
   * What is to be thrown here.
   *
   * @param told an {@link ExecutionException} or {@link CompletionException}
   * @throws Error the work has thrown that: a heap that is too small is no bug, and must not look
   *     like one
   */
  public static RuntimeException in(Exception told) {
    if (told.getCause() instanceof Error error) {
      throw error;
    }
    return told.getCause() instanceof RuntimeException cause
        ? cause
        : new IllegalStateException(told);
  }
}
