package dev.modelcompression.cli.step;

/** The work of one kind of step. Reads through the job, writes nothing but scratch. */
@FunctionalInterface
interface StepAction {
  /**
   * Does the work.
   *
   * @throws RuntimeException as the called modules document; the caller turns it into an exit code
   */
  StepResult run(StepJob job);
}
