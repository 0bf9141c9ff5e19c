package dev.modelcompression.engine;

import java.util.List;
import java.util.Optional;

/**
 * What to do next: start steps, wait for those that run, or nothing any more.
 *
 * @param start steps to start now
 * @param verdict how the run ended, once it has
 * @param trials the trials that have ended; empty while waiting
 */
public record Decision(List<StepStart> start, Optional<Verdict> verdict, List<TrialResult> trials) {
  /** Nothing to do until a running step ends. */
  static final Decision WAIT = new Decision(List.of(), Optional.empty(), List.of());

  static Decision start(StepStart step, List<TrialResult> trials) {
    return new Decision(List.of(step), Optional.empty(), trials);
  }

  static Decision finished(Verdict verdict) {
    return new Decision(List.of(), Optional.of(verdict), verdict.trials());
  }
}
