package dev.modelcompression.operator.observe;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Nothing comes of an object, and it does not say why; its Events may.
 *
 * @param uid the Job that no pod is made of, or the pod whose container is not made
 * @param since when something could have come of it, as the cluster writes it; null before that
 */
public record Silence(String uid, @Nullable String since) {
  /**
   * Whether it lasts longer than that. A clock that is off makes the operator ask too early or too
   * late, and does nothing else.
   */
  public boolean lasts(Duration grace, Instant now) {
    return since != null && !Instant.parse(since).plus(grace).isAfter(now);
  }
}
