package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.release.status.WriteBackStatus.State;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.WriteBackReport;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the outcome into Git, as often as that takes; nothing else waits for it. What a person has
 * to mend, such as a token that is refused, is told as failed and tried again all the same: nobody
 * has to tell that it is mended. Only a pull request that a person has closed is an answer.
 */
final class WritingBack {
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private WritingBack() {}

  static void step(Turn turn) {
    WriteBackStatus now = turn.draft.writeBack;
    if (now == null) {
      turn.draft.writeBack = attempt(turn, 1, null, null);
    } else if (now.state() == State.PENDING && turn.seen.writeBack().ended()) {
      ended(turn, now);
    } else if (isMendable(now) && turn.over(now.lastTime(), pause(now.attempt()))) {
      turn.draft.writeBack = attempt(turn, now.attempt() + 1, null, now.message());
    }
  }

  /**
   * The spec says what was to be written, whoever has seen to it: nothing is left to be done. The
   * answer of the last attempt may never come, or be of the time before the merge.
   */
  static void done(Turn turn) {
    WriteBackStatus now = turn.draft.writeBack;
    if (now != null && now.state() != State.WRITTEN) {
      turn.draft.writeBack =
          new WriteBackStatus(
              State.WRITTEN,
              now.attempt(),
              Draft.text(turn.seen.now()),
              now.commit(),
              now.branch(),
              now.url(),
              "the spec says so");
      turn.tell(Reason.GIT_WRITTEN, false, "the spec says so", "git");
    }
  }

  /** Whether it failed otherwise than by a pull request that was closed. */
  private static boolean isMendable(WriteBackStatus now) {
    return now.state() == State.FAILED && now.url() == null;
  }

  private static void ended(Turn turn, WriteBackStatus now) {
    Optional<WriteBackReport> report = turn.seen.writeBack().report();
    WriteBackReport.Result result = report.map(WriteBackReport::result).orElse(null);
    String message = report.map(WriteBackReport::message).orElse(turn.seen.writeBack().why());
    String url = report.map(WriteBackReport::url).orElse(null);
    if (result != null && result.isThere()) {
      turn.draft.writeBack =
          new WriteBackStatus(
              State.WRITTEN,
              now.attempt(),
              Draft.text(turn.seen.now()),
              report.map(WriteBackReport::commit).orElse(null),
              report.map(WriteBackReport::branch).orElse(null),
              url,
              message);
      turn.tell(Reason.GIT_WRITTEN, false, message, "git");
      return;
    }
    boolean again =
        result == WriteBackReport.Result.PULL_REQUEST_OPEN
            || report.map(r -> r.result() == null && r.exit().retryable()).orElse(true);
    if (!again) {
      turn.draft.writeBack =
          new WriteBackStatus(
              State.FAILED,
              now.attempt(),
              Draft.text(turn.seen.now()),
              null,
              report.map(WriteBackReport::branch).orElse(null),
              url,
              message);
      turn.tell(Reason.GIT_FAILED, true, message, "git");
    } else if (turn.over(now.lastTime(), pause(now.attempt()))) {
      turn.draft.writeBack = attempt(turn, now.attempt() + 1, url, message);
    } else {
      turn.draft.writeBack =
          new WriteBackStatus(
              State.PENDING,
              now.attempt(),
              now.lastTime(),
              null,
              report.map(WriteBackReport::branch).orElse(now.branch()),
              url,
              message);
    }
  }

  private static WriteBackStatus attempt(
      Turn turn, int attempt, @Nullable String url, @Nullable String message) {
    return new WriteBackStatus(
        State.PENDING, attempt, Draft.text(turn.seen.now()), null, null, url, message);
  }

  private static Duration pause(int attempt) {
    Duration pause = FIRST.multipliedBy(1L << Math.min(attempt - 1, 10));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
