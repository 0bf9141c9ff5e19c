package dev.modelcompression.operator.report;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.GateStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.api.status.TrialStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statuses of tests. */
public final class Samples {
  /** When every step starts. */
  public static final String START = "2026-11-22T06:00:00Z";

  /** When every step ends, a minute and a half later. */
  public static final String END = "2026-11-22T06:01:30Z";

  private Samples() {}

  /** A status of a run at work. */
  public static ModelCompressionStatus running(@Nullable String run, StepStatus... steps) {
    return status(run, Phase.RUNNING, Reason.STEP_RUNNING, List.of(), List.of(), steps);
  }

  /** A status of a run that has ended. */
  public static ModelCompressionStatus ended(
      @Nullable String run, Reason reason, List<GateStatus> gates, StepStatus... steps) {
    Phase phase = reason == Reason.SUCCEEDED ? Phase.SUCCEEDED : Phase.FAILED;
    return status(run, phase, reason, List.of(), gates, steps);
  }

  /** A status. */
  public static ModelCompressionStatus status(
      @Nullable String run,
      Phase phase,
      Reason reason,
      List<TrialStatus> trials,
      List<GateStatus> gates,
      StepStatus... steps) {
    return new ModelCompressionStatus(
        phase,
        1L,
        run,
        null,
        null,
        null,
        START,
        phase.terminal() ? END : null,
        null,
        null,
        null,
        null,
        "so it is",
        null,
        List.of(steps),
        trials,
        gates,
        null,
        List.of(
            new Condition(
                Condition.Type.READY, Condition.Status.FALSE, 1L, START, reason, "so it is")));
  }

  /** An attempt at work. */
  public static StepStatus step(String name, int trial, int attempt) {
    return step(name, trial, attempt, StepStatus.State.RUNNING, null, null);
  }

  /** An attempt that ended well. */
  public static StepStatus done(String name, int trial, int attempt) {
    return step(name, trial, attempt, StepStatus.State.SUCCEEDED, null, null);
  }

  /** An attempt that ended badly. */
  public static StepStatus failed(
      String name, int trial, int attempt, Reason reason, String message) {
    return step(name, trial, attempt, StepStatus.State.FAILED, reason, message);
  }

  /** An attempt that waits. */
  public static StepStatus waiting(
      String name, int trial, int attempt, Reason reason, String message) {
    return step(name, trial, attempt, StepStatus.State.WAITING, reason, message);
  }

  private static StepStatus step(
      String name,
      int trial,
      int attempt,
      StepStatus.State state,
      @Nullable Reason reason,
      @Nullable String message) {
    boolean ended = state == StepStatus.State.SUCCEEDED || state == StepStatus.State.FAILED;
    return new StepStatus(
        name,
        trial,
        state,
        attempt,
        "net-" + name + "-a" + attempt,
        0,
        List.of(),
        0,
        START,
        ended ? END : null,
        null,
        null,
        ended ? (reason == null ? 0 : 75) : null,
        reason,
        message,
        trial == 0 ? "0123456789abcdef-1" : "key of " + name,
        List.of(),
        Map.of());
  }

  /** A limit that was held against a result. */
  public static GateStatus gate(Metric metric, String limit, boolean passed) {
    return new GateStatus(metric, limit, "0.1", passed ? "0.05" : "0.2", passed);
  }
}
