package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Reason;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Does what people ask for by annotation, once, and only for the run that they saw. */
final class Commands {
  private static final Set<ReleasePhase> MEASURED =
      EnumSet.of(ReleasePhase.SHADOWING, ReleasePhase.PROGRESSING);
  private static final Set<ReleasePhase> BEFORE_PROMOTION =
      EnumSet.of(
          ReleasePhase.PENDING,
          ReleasePhase.INITIALIZING,
          ReleasePhase.SHADOWING,
          ReleasePhase.PROGRESSING,
          ReleasePhase.PAUSED);
  private static final int MAX_TEXT = 128;

  private Commands() {}

  /** Acts on the command that was not handled yet, if there is one. */
  static void handle(Turn turn) {
    if (turn.seen.command().filter(text -> !text.isBlank()).isEmpty()) {
      // Taken away: the same may be said again.
      turn.draft.lastHandledCommand = null;
      return;
    }
    Optional<String> text =
        turn.seen
            .command()
            .filter(
                found -> !found.isBlank() && !shown(found).equals(turn.draft.lastHandledCommand));
    if (text.isEmpty()) {
      return;
    }
    String shown = shown(text.get());
    turn.draft.lastHandledCommand = shown;
    Optional<String> refused = act(turn, Command.of(text.get()));
    if (refused.isPresent()) {
      turn.tell(Reason.COMMAND_IGNORED, true, shown + ": " + refused.get(), "command/" + shown);
    } else {
      turn.tell(Reason.COMMAND_ACCEPTED, false, shown, "command/" + shown);
    }
  }

  /** Says why a command was not acted on; empty when it was. */
  private static Optional<String> act(Turn turn, Optional<Command> command) {
    if (command.isEmpty()) {
      return Optional.of(
          "expected promote, pause, resume, abort or retry, then '/' and the run's id; to give the same"
              + " command again, also '/' and anything new, such as the time");
    }
    if (!command.get().runId().equals(turn.draft.runId)) {
      return Optional.of("the run is " + turn.draft.runId);
    }
    ReleasePhase phase = turn.draft.phase;
    boolean fits =
        switch (command.get().verb()) {
          case PROMOTE -> MEASURED.contains(phase) || phase == ReleasePhase.PAUSED;
          case PAUSE -> MEASURED.contains(phase);
          case RESUME ->
              phase == ReleasePhase.PAUSED
                  && turn.draft.pauseReason != Reason.AWAITING_APPROVAL
                  && turn.draft.pauseReason != Reason.BASELINE_UNAVAILABLE
                  && turn.draft.pauseReason != Reason.INVALID_SPEC;
          case ABORT -> BEFORE_PROMOTION.contains(phase);
          case RETRY -> phase == ReleasePhase.ROLLED_BACK;
        };
    if (!fits) {
      return Optional.of("does not fit the phase " + phase.name().toLowerCase(Locale.ROOT));
    }
    if (command.get().verb() == Command.Verb.PROMOTE && turn.seen.problem().isPresent()) {
      return Optional.of(turn.seen.problem().get());
    }
    if (command.get().verb() == Command.Verb.PROMOTE && !turn.seen.candidateReady()) {
      return Optional.of("the candidate is not ready");
    }
    if (command.get().verb() == Command.Verb.RETRY && deniedBySpec(turn)) {
      return Optional.of("the digest is in denyDigests; take it out there");
    }
    switch (command.get().verb()) {
      case PROMOTE -> turn.promote();
      case PAUSE -> turn.pause(Reason.PAUSED, "held by command");
      case RESUME -> turn.resume();
      case ABORT -> turn.rollBack(Reason.ABORTED, "taken back by command");
      case RETRY -> retry(turn);
    }
    return Optional.empty();
  }

  private static boolean deniedBySpec(Turn turn) {
    return turn.draft.candidate != null
        && turn.spec.denyDigests().contains(turn.draft.candidate.digest());
  }

  private static void retry(Turn turn) {
    String digest = turn.draft.candidate == null ? "" : turn.draft.candidate.digest();
    turn.draft.retries++;
    turn.draft.rejected =
        turn.draft.rejected.stream().filter(known -> !known.digest().equals(digest)).toList();
  }

  private static String shown(String text) {
    return dev.modelcompression.contract.Text.line(text, MAX_TEXT);
  }
}
