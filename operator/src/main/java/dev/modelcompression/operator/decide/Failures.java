package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.engine.Verdict;
import dev.modelcompression.operator.observe.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a bad end is called. */
public final class Failures {
  private Failures() {}

  /** The end of an attempt that the cluster would not start. */
  static Ending gaveUp(StepStatus waiting, Duration timeout) {
    return refused(
        Objects.requireNonNull(waiting.reason()),
        "not started within %ds: %s"
            .formatted(timeout.toSeconds(), Objects.requireNonNullElse(waiting.message(), "")));
  }

  /** The end of an attempt whose pods the cluster takes away. */
  static Ending disrupted(StepStatus step) {
    return Ending.failed(
        ExitCode.TRY_AGAIN,
        null,
        Reason.DISRUPTED,
        "the cluster took its pods away %d times; checkpoints are kept"
            .formatted(step.disruptions()));
  }

  /** The end of an attempt that cannot be started at all. */
  public static Ending refused(Reason reason, String message) {
    return new Ending(ExitCode.BAD_REQUEST, null, reason, message, Map.of(), Map.of());
  }

  /** How the run stands after the inputs could not be read. */
  static Standing of(StepStatus step, int attempts) {
    return Standing.failed(
        Objects.requireNonNullElse(step.reason(), Reason.STEP_FAILED),
        "inputs: %s%s"
            .formatted(
                Objects.requireNonNullElse(step.message(), "failed"),
                attempts > 1 ? " on attempt " + attempts : ""));
  }

  /** Why a run ended badly: a gate, or what became of the last step. */
  static Reason reason(Verdict verdict, List<StepStatus> steps) {
    if (verdict.exit() == ExitCode.GATE_FAILED) {
      return Reason.GATE_FAILED;
    }
    return steps.stream()
        .filter(step -> step.state() == StepStatus.State.FAILED)
        .filter(step -> step.reason() != null)
        .reduce((first, second) -> second)
        .map(StepStatus::reason)
        .orElse(Reason.STEP_FAILED);
  }
}
