package dev.modelcompression.engine;

import java.util.List;
import java.util.Optional;

/**
 * What to do next: start steps, wait for those that run, or nothing any more.
 *
 * @param start steps to start now
 * @param verdict how the run ended, once it has
 */
public record Decision(List<StepStart> start, Optional<Verdict> verdict) {
  /** Nothing to do until a running step ends. */
  static final Decision WAIT = new Decision(List.of(), Optional.empty());

  static Decision start(StepStart step) {
    return new Decision(List.of(step), Optional.empty());
  }

  static Decision finished(Verdict verdict) {
    return new Decision(List.of(), Optional.of(verdict));
  }
}
