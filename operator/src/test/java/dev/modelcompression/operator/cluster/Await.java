package dev.modelcompression.operator.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Waits for what another process does. */
public final class Await {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration STEP = Duration.ofMillis(50);

  private Await() {}

  /**
   * Waits until something holds.
   *
   * @throws AssertionError it did not within three minutes
   */
  public static void until(String what, BooleanSupplier holds) {
    Instant end = Instant.now().plus(LIMIT);
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("in " + LIMIT.toSeconds() + " s it never was so that " + what);
      }
      try {
        Thread.sleep(STEP.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
