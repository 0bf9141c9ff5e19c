package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.report.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What two statuses show to have happened. */
final class ReleaseEvents {
  private ReleaseEvents() {}

  static List<Transition> between(
      ModelReleaseStatus before, ModelReleaseStatus after, Reason reason) {
    List<Transition> happened = new ArrayList<>();
    String run = String.valueOf(after.runId());
    if (after.runId() != null && !after.runId().equals(before.runId())) {
      happened.add(
          new Transition(
              Reason.RUN_STARTED,
              false,
              "run %s: %s takes over from %s"
                  .formatted(run, digest(after.candidate()), digest(after.baseline())),
              run));
    }
    if (before.weight() != null && !Objects.equals(before.weight(), after.weight())) {
      happened.add(
          new Transition(
              Reason.WEIGHT_CHANGED,
              false,
              "the candidate's share is %s %%, it was %s %%"
                  .formatted(after.weight(), before.weight()),
              run + "/" + after.weight() + "/" + after.stepIndex() + "/" + after.phase()));
    }
    if (before.phase() != after.phase()) {
      boolean warning =
          after.phase() == ReleasePhase.ROLLING_BACK || reason.kind() == Reason.Kind.FAILURE;
      happened.add(
          new Transition(
              reason,
              warning,
              String.valueOf(after.message()),
              run + "/" + after.phase() + "/" + after.phaseTime()));
    }
    return happened;
  }

  private static String digest(@org.jspecify.annotations.Nullable SideStatus side) {
    return side == null ? "nothing" : side.digest();
  }
}
