package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.ReportStatus.State;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Has the report of a run written once its outcome is known; nothing else waits for it. */
final class Reporting {
  /** The outcome in Git belongs into the report, when it does not take too long. */
  private static final Duration FOR_GIT = Duration.ofMinutes(1);

  /** Longer than a Job that has a node can take. */
  private static final Duration LONGEST = Duration.ofMinutes(15);

  private static final Set<ReleasePhase> OUTCOME =
      EnumSet.of(
          ReleasePhase.AWAITING_GIT,
          ReleasePhase.FINALISING,
          ReleasePhase.SUCCEEDED,
          ReleasePhase.ROLLED_BACK);

  private Reporting() {}

  static void step(Turn turn) {
    ReportStatus now = turn.draft.report;
    if (now == null) {
      if (turn.spec.workspace() != null && wasCompared(turn) && isDue(turn)) {
        turn.draft.report = status(turn, State.PENDING, null, null);
      }
    } else if (now.state() == State.PENDING && turn.seen.report().ended()) {
      ended(turn, turn.seen.report());
    } else if (now.state() == State.PENDING && turn.over(now.time(), LONGEST)) {
      ended(
          turn,
          new Observation.Reported(
              true, Optional.empty(), "the Job that writes the report has not ended in time"));
    }
  }

  /** There is nothing to tell of one model alone, and of one that was refused at once. */
  private static boolean wasCompared(Turn turn) {
    return OUTCOME.contains(turn.draft.phase)
        && !turn.same()
        && (turn.draft.failure != Reason.DIGEST_DENIED || turn.draft.analysis.round() > 0);
  }

  private static boolean isDue(Turn turn) {
    ReleasePhase phase = turn.draft.phase;
    boolean writes =
        turn.forGit() && (phase == ReleasePhase.AWAITING_GIT || phase == ReleasePhase.ROLLED_BACK);
    WriteBackStatus git = turn.draft.writeBack;
    return !writes
        || (git != null && git.state() != WriteBackStatus.State.PENDING)
        || turn.over(turn.draft.phaseTime, FOR_GIT);
  }

  private static void ended(Turn turn, Observation.Reported found) {
    boolean written = found.uri().isPresent();
    turn.draft.report =
        status(
            turn,
            written ? State.WRITTEN : State.FAILED,
            found.uri().orElse(null),
            found.message());
    turn.tell(
        written ? Reason.REPORT_WRITTEN : Reason.REPORT_FAILED,
        !written,
        written ? found.uri().orElseThrow() + ": " + found.message() : found.message(),
        "report");
  }

  private static ReportStatus status(
      Turn turn, State state, @Nullable String uri, @Nullable String message) {
    return new ReportStatus(state, Draft.text(turn.seen.now()), uri, message);
  }
}
