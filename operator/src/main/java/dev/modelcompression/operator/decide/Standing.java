package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * How a compression stands.
 *
 * @param state in one word
 * @param reason why
 * @param message why, in a sentence
 * @param again when to look again although nothing has been heard
 */
public record Standing(State state, Reason reason, String message, Optional<Duration> again) {
  /** How a compression can stand. */
  public enum State {
    /** Work goes on. */
    RUNNING,
    /** Something outside must happen first. */
    WAITING,
    /** The user has stopped it. */
    SUSPENDED,
    /** It ended well. */
    SUCCEEDED,
    /** It ended badly. */
    FAILED
  }

  static Standing running(Reason reason, String message) {
    return new Standing(State.RUNNING, reason, message, Optional.empty());
  }

  static Standing waiting(Reason reason, String message) {
    return new Standing(State.WAITING, reason, message, Optional.empty());
  }

  static Standing failed(Reason reason, String message) {
    return new Standing(State.FAILED, reason, message, Optional.empty());
  }

  /** The same, and look again after that time. */
  public Standing again(Duration delay) {
    return new Standing(state, reason, message, Optional.of(delay));
  }
}
