package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.util.List;

/** The conditions of a release; all of them are always there. */
final class ReleaseConditions {
  private ReleaseConditions() {}

  static List<Condition> of(Turn turn, long generation) {
    return List.of(
        condition(turn, Condition.Type.READY, is(ready(turn)), generation),
        condition(turn, Condition.Type.RECONCILING, reconciling(turn), generation),
        condition(turn, Condition.Type.STALLED, stalled(turn.draft), generation),
        condition(turn, Condition.Type.PROMOTED, promoted(turn.draft.phase), generation),
        condition(turn, Condition.Type.BASELINE_AVAILABLE, baseline(turn), generation),
        condition(turn, Condition.Type.GIT_OUT_OF_DATE, git(turn), generation));
  }

  /** The model that is to serve serves, also while the repository does not say so yet. */
  private static boolean ready(Turn turn) {
    ReleasePhase phase = turn.draft.phase;
    return turn.seen.candidateReady()
        && (phase == ReleasePhase.SUCCEEDED || phase == ReleasePhase.AWAITING_GIT);
  }

  private static Condition.Status stalled(Draft draft) {
    boolean impossible =
        draft.reason == Reason.INVALID_SPEC
            || (draft.phase == ReleasePhase.PENDING && draft.reason.kind() == Reason.Kind.FAILURE);
    return is(draft.phase == ReleasePhase.ROLLED_BACK || impossible);
  }

  private static Condition.Status reconciling(Turn turn) {
    return is(!ready(turn) && stalled(turn.draft) == Condition.Status.FALSE);
  }

  private static Condition.Status promoted(ReleasePhase phase) {
    return switch (phase) {
      case AWAITING_GIT, FINALISING, SUCCEEDED -> Condition.Status.TRUE;
      case ROLLING_BACK, ROLLED_BACK -> Condition.Status.FALSE;
      default -> Condition.Status.UNKNOWN;
    };
  }

  /** What was promoted is what later releases would go back to. */
  private static Condition.Status baseline(Turn turn) {
    return is(
        turn.draft.phase == ReleasePhase.SUCCEEDED
            ? turn.seen.candidateReady()
            : turn.seen.baseline() == Observation.Baseline.READY);
  }

  private static Condition.Status git(Turn turn) {
    WriteBackStatus written = turn.draft.writeBack;
    return is(
        turn.draft.phase == ReleasePhase.AWAITING_GIT
            || (written != null && written.state() != WriteBackStatus.State.WRITTEN));
  }

  private static Condition.Status is(boolean holds) {
    return holds ? Condition.Status.TRUE : Condition.Status.FALSE;
  }

  private static Condition condition(
      Turn turn, Condition.Type type, Condition.Status status, long generation) {
    String since =
        turn.draft
            .before()
            .condition(type)
            .filter(known -> known.status() == status)
            .map(Condition::lastTransitionTime)
            .orElse(Draft.text(turn.seen.now()));
    return new Condition(type, status, generation, since, turn.draft.reason, turn.draft.message);
  }
}
