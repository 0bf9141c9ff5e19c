package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.observe.ObservedJob;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;

/** How long an attempt may wait, and for what. */
final class Waits {
  /** How soon to ask again what the cluster refuses. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

  private final Settings settings;
  private final Instant now;

  Waits(Settings settings, Instant now) {
    this.settings = settings;
    this.now = now;
  }

  /** The time, as the status writes it. */
  String now() {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Ends an attempt that has waited too long, or was taken away too often. Whether it did. */
  boolean giveUp(Ledger ledger, int trial, String name) {
    StepStatus step = ledger.find(trial, name).orElseThrow();
    if (step.disruptions() >= StepStatus.MAX_DISRUPTIONS) {
      ledger.ended(trial, name, Failures.disrupted(step), true, now(), List.of());
      return true;
    }
    if (!isLimited(step) || left(step).compareTo(Duration.ZERO) > 0) {
      return false;
    }
    ledger.ended(
        trial, name, Failures.gaveUp(step, settings.pendingTimeout()), true, now(), List.of());
    return true;
  }

  /**
   * How long until the attempt after one that ended badly may begin, by the operator's own clock
   * alone; nothing when it may at once.
   */
  Duration pause(StepStatus ended, int attempt) {
    // More memory is what it needs, not more time.
    if (ended.reason() == Reason.STEP_OOM) {
      return Duration.ZERO;
    }
    Duration whole = settings.retryBackoff().multipliedBy(1L << Math.min(attempt - 2, 10));
    if (whole.compareTo(Settings.LONGEST_PAUSE) > 0) {
      whole = Settings.LONGEST_PAUSE;
    }
    String since = ended.waitingSince();
    Duration left = since == null ? whole : left(since, whole);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** How the compression stands while a Job is there. */
  Standing standing(ObservedJob job, Standing running, String step, Ledger ledger) {
    Reason reason = job.reason();
    if (reason == null) {
      return job.silence().isPresent() ? running.again(settings.noPodGrace()) : running;
    }
    return waiting(
        ledger.find(job.trial(), job.step()).orElseThrow(), step, job.silence().isPresent());
  }

  /** How the compression stands while the cluster refuses to let an attempt begin. */
  Standing refused(StepStatus step, String name) {
    return waiting(step, name, true);
  }

  private Standing waiting(StepStatus step, String name, boolean ask) {
    Standing standing =
        Standing.waiting(
            Objects.requireNonNull(step.reason()),
            "step %s waits: %s".formatted(name, Objects.requireNonNullElse(step.message(), "")));
    if (!isLimited(step)) {
      return ask ? standing.again(ASK_AGAIN) : standing;
    }
    Duration left = left(step);
    return standing.again(ask && left.compareTo(ASK_AGAIN) > 0 ? ASK_AGAIN : left);
  }

  private static boolean isLimited(StepStatus step) {
    return step.reason() != null
        && step.state() == StepStatus.State.WAITING
        && step.reason().kind() == Reason.Kind.WAITING_THEN_FAILURE;
  }

  private Duration left(StepStatus step) {
    return left(Objects.requireNonNull(step.waitingSince()), settings.pendingTimeout());
  }

  /** Never more than the whole, also by a clock that was put back. */
  private Duration left(String since, Duration whole) {
    Duration gone = Duration.between(Instant.parse(since), now);
    return gone.isNegative() ? whole : whole.minus(gone);
  }
}
