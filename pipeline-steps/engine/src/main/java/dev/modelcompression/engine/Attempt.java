package dev.modelcompression.engine;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import java.util.Map;
import java.util.Optional;

/**
 * One start of one step.
 *
 * @param trial the trial, from 1
 * @param step name of the step in the plan of the trial
 * @param number how often the step was started in this trial, from 1
 * @param outcome how it ended; empty while it runs
 */
public record Attempt(int trial, String step, int number, Optional<Outcome> outcome) {

  /**
   * What the planner needs to know of an ended attempt.
   *
   * @param exit how it ended
   * @param message one sentence for people
   * @param outputs what it published, with absolute locations
   * @param metrics its headline numbers
   * @param retryable whether another attempt may end better; a host that knows more than the exit
   *     says, such as that there is no more memory to give, says no
   */
  public record Outcome(
      ExitCode exit,
      String message,
      Map<String, Artifact> outputs,
      Map<String, Double> metrics,
      boolean retryable) {
    /** An outcome that is retried when its exit is one that may pass. */
    public Outcome(
        ExitCode exit, String message, Map<String, Artifact> outputs, Map<String, Double> metrics) {
      this(exit, message, outputs, metrics, exit.retryable());
    }

    /** The outcome that a report tells of. */
    public static Outcome of(StepReport report) {
      return new Outcome(report.exit(), report.message(), report.outputs(), report.metrics());
    }
  }

  /** An attempt that runs. */
  public static Attempt running(int trial, String step, int number) {
    return new Attempt(trial, step, number, Optional.empty());
  }

  /** An attempt that has ended. */
  public static Attempt ended(int trial, String step, int number, Outcome outcome) {
    return new Attempt(trial, step, number, Optional.of(outcome));
  }
}
