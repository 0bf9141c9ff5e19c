package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.api.status.TrialStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What has happened between two statuses. */
public final class Transitions {
  private Transitions() {}

  /**
   * Everything that is worth an Event, in order.
   *
   * @param attempts attempts that have ended between the two
   */
  public static List<Transition> between(
      ModelCompressionStatus before, ModelCompressionStatus after, List<StepStatus> attempts) {
    List<Transition> happened = new ArrayList<>();
    run(before, after, happened);
    for (StepStatus step : after.steps()) {
      Optional<StepStatus> known =
          before.steps().stream()
              .filter(s -> Objects.equals(before.runId(), after.runId()) || s.trial() == 0)
              .filter(s -> s.trial().equals(step.trial()) && s.name().equals(step.name()))
              .findFirst();
      // One that failed and is followed by another is told of with that one.
      if (step.state() != StepStatus.State.FAILED || isOver(after)) {
        step(known, step, attempts, happened);
      }
    }
    trials(before, after, happened);
    end(before, after, happened);
    return happened;
  }

  private static boolean isOver(ModelCompressionStatus status) {
    return status.phase() != null && status.phase().terminal();
  }

  private static void run(
      ModelCompressionStatus before, ModelCompressionStatus after, List<Transition> happened) {
    String id = after.runId();
    if (before.runId() != null && !before.runId().equals(id)) {
      happened.add(
          new Transition(
              Reason.RUN_SUPERSEDED,
              false,
              "the spec was edited; run " + before.runId() + " is stopped",
              before.runId()));
    }
    if (id != null && !id.equals(before.runId())) {
      happened.add(new Transition(Reason.RUN_STARTED, false, "run " + id, id));
    }
  }

  private static void step(
      Optional<StepStatus> known,
      StepStatus step,
      List<StepStatus> attempts,
      List<Transition> happened) {
    String name = step.trial() > 1 ? step.name() + " of trial " + step.trial() : step.name();
    String subject = step.key() + "/" + step.trial() + "/" + step.attempt();
    boolean newState =
        known
            .filter(
                s ->
                    s.state() == step.state()
                        && s.attempt().equals(step.attempt())
                        && s.reason() == step.reason())
            .isEmpty();
    if (!newState) {
      return;
    }
    Reason reason = step.reason();
    if (step.state() == StepStatus.State.SUCCEEDED) {
      happened.add(
          new Transition(Reason.STEP_SUCCEEDED, false, "step " + name + " ended well", subject));
    } else if (reason != null) {
      happened.add(new Transition(reason, true, "step " + name + said(step), subject));
    } else if (step.attempt() > 1
        && known.filter(s -> s.attempt().equals(step.attempt())).isEmpty()) {
      happened.add(
          new Transition(
              Reason.STEP_RETRIED,
              true,
              "step %s is started again, attempt %d%s"
                  .formatted(name, step.attempt(), why(step, known, attempts)),
              subject));
    }
  }

  /** How the attempt before this one ended: just now, or before the pause. */
  private static String why(
      StepStatus step, Optional<StepStatus> known, List<StepStatus> attempts) {
    return Stream.concat(attempts.stream(), known.stream())
        .filter(ended -> ended.trial().equals(step.trial()) && ended.name().equals(step.name()))
        .filter(ended -> ended.attempt() == step.attempt() - 1)
        .map(ended -> "; before" + kind(ended) + said(ended))
        .findFirst()
        .orElse("");
  }

  /** What an end that may pass is called when it is the last one is not true of others. */
  private static String kind(StepStatus ended) {
    return ended.reason() == Reason.RETRIES_EXHAUSTED ? "" : ": " + Ends.result(ended);
  }

  private static String said(StepStatus step) {
    return step.message() == null ? "" : ": " + step.message();
  }

  private static void trials(
      ModelCompressionStatus before, ModelCompressionStatus after, List<Transition> happened) {
    if (after.phase() == null || isOver(after)) {
      return;
    }
    after.trials().stream()
        .skip(before.trials().size())
        .reduce((first, second) -> second)
        .ifPresent(
            (TrialStatus trial) ->
                happened.add(
                    new Transition(
                        Reason.TRIAL_STARTED,
                        false,
                        "trial %d starts; trial %d: %s"
                            .formatted(trial.trial() + 1, trial.trial(), trial.message()),
                        after.runId() + "/" + trial.trial())));
  }

  private static void end(
      ModelCompressionStatus before, ModelCompressionStatus after, List<Transition> happened) {
    Phase phase = after.phase();
    boolean said = phase == before.phase() && Objects.equals(before.runId(), after.runId());
    if (phase == null || said || !(phase.terminal() || phase == Phase.SUSPENDED)) {
      return;
    }
    Reason reason = after.conditions().get(0).reason();
    happened.add(
        new Transition(
            reason,
            phase == Phase.FAILED,
            Objects.requireNonNullElse(after.message(), ""),
            after.runId() + "/" + after.observedGeneration() + "/" + phase));
  }
}
