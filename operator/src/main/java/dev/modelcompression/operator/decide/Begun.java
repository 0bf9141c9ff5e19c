package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.AttemptPod;
import dev.modelcompression.operator.observe.Refusals.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What came of starting an attempt, and how the compression stands after it. */
public sealed interface Begun {
  /** The Job is there: made now, or by an earlier try that did not come to tell of it. */
  record Job(String name, String created) implements Begun {}

  /** A Job or a pod of the same attempt has not gone yet. */
  record InTheWay(String what) implements Begun {}

  /** A Job of that name belongs to something else. */
  record Foreign(String name) implements Begun {}

  /** The cluster makes no Job now. */
  record Refused(Refusal refusal) implements Begun {}

  /** The API server finds the Job wrong. */
  record Invalid(String message) implements Begun {}

  /** How the compression stands; the course's ledger is brought up to date. */
  default Standing settle(Course course, Settings settings, Instant now) {
    Course.Start start = course.start().orElseThrow();
    AttemptPod pod = start.pod();
    Ledger ledger = course.ledger();
    Waits waits = new Waits(settings, now);
    if (this instanceof Job job) {
      ledger.started(
          pod.trial(), pod.step(), pod.attempt(), start.key(), job.name(), job.created());
      return course.standing().again(settings.noPodGrace());
    }
    if (this instanceof InTheWay inTheWay) {
      return Standing.running(
              Reason.STOPPING_OLD_RUN, "waits for %s to stop".formatted(inTheWay.what()))
          .again(Duration.ofSeconds(2));
    }
    Refusal refusal = refusal();
    ledger.waits(
        pod.trial(),
        pod.step(),
        pod.attempt(),
        start.key(),
        refusal.reason(),
        refusal.message(),
        waits.now());
    if (this instanceof Refused) {
      return waits.giveUp(ledger, pod.trial(), pod.step())
          ? course.standing().again(Duration.ZERO)
          : waits.refused(ledger.find(pod.trial(), pod.step()).orElseThrow(), course.step());
    }
    ledger.ended(
        pod.trial(),
        pod.step(),
        Failures.refused(refusal.reason(), refusal.message()),
        true,
        waits.now(),
        List.of());
    return course.standing().again(Duration.ZERO);
  }

  private Refusal refusal() {
    if (this instanceof Refused refused) {
      return refused.refusal();
    }
    if (this instanceof Foreign foreign) {
      return new Refusal(
          Reason.NAME_CONFLICT,
          "Job '%s' exists and belongs to something else; delete it or rename this"
              .formatted(foreign.name()));
    }
    return new Refusal(Reason.INVALID_SPEC, ((Invalid) this).message());
  }
}
