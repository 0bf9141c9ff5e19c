package dev.modelcompression.operator.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Waits for what another process does. */
public final class Await {
  /** Less where a rule is taken out, and most of what is waited for never comes. */
  private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("await.limit", 180));

  private static final Duration STEP = Duration.ofMillis(50);

  private Await() {}

  /**
   * Waits until something holds.
   *
   * @throws AssertionError it did not within three minutes, or the property {@code await.limit} in
   *     seconds
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
