package dev.modelcompression.engine;

import dev.modelcompression.contract.StepReport;
import java.util.List;

/**
 * What came of a local run.
 *
 * @param verdict how it ended
 * @param steps every step that ended, in order, those of all trials
 */
public record RunResult(Verdict verdict, List<EndedStep> steps) {
  /**
   * One step that ended.
   *
   * @param start what was started
   * @param report what it told
   * @param cached whether an earlier result was taken
   */
  public record EndedStep(StepStart start, StepReport report, boolean cached) {}

  /** The steps of the trial that the verdict's model is from. */
  public List<EndedStep> bestTrial() {
    return steps.stream().filter(step -> step.start().trial() == verdict.trial()).toList();
  }

  /** Whether every step's result was there before. */
  public boolean allCached() {
    return steps.stream().allMatch(EndedStep::cached);
  }
}
