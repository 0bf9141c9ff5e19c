package dev.modelcompression.engine;

import dev.modelcompression.contract.StepReport;
import java.time.Duration;
import java.util.Optional;

/**
 * News of a run.
 *
 * @param kind what happened
 * @param step the step it happened to; empty for news of the run or of a trial
 * @param message a few words for people
 * @param fraction how much of the step is done, 0 to 1
 * @param left how long the step will take yet, once that can be told
 * @param report the step's report, once it has ended
 */
public record RunEvent(
    Kind kind,
    Optional<StepStart> step,
    String message,
    double fraction,
    Optional<Duration> left,
    Optional<StepReport> report) {

  /** What happened. */
  public enum Kind {
    /** The run begins. */
    RUN_STARTED,
    /** A trial begins, with the settings that the message tells. */
    TRIAL_STARTED,
    /** A step begins. */
    STEP_STARTED,
    /** A step has come further. */
    STEP_PROGRESS,
    /** The step was done before; its verified result is used. */
    STEP_CACHED,
    /** A step ended, well or not. */
    STEP_ENDED,
    /** Something worth knowing that is not an error. */
    NOTE,
    /** The run ended. */
    RUN_ENDED
  }

  static RunEvent of(Kind kind, String message) {
    return new RunEvent(kind, Optional.empty(), message, 0, Optional.empty(), Optional.empty());
  }

  static RunEvent started(StepStart step) {
    return new RunEvent(
        Kind.STEP_STARTED, Optional.of(step), "", 0, Optional.empty(), Optional.empty());
  }

  static RunEvent progress(StepStart step, String note, double fraction, Optional<Duration> left) {
    return new RunEvent(
        Kind.STEP_PROGRESS, Optional.of(step), note, fraction, left, Optional.empty());
  }

  static RunEvent ended(Kind kind, StepStart step, StepReport report) {
    return new RunEvent(
        kind, Optional.of(step), report.message(), 1, Optional.empty(), Optional.of(report));
  }
}
