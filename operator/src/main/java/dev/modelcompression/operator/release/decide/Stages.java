package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.util.Objects;

/** What each phase waits for, and what comes after it. */
final class Stages {
  /** A rollout or another node takes that long, and is no reason to move requests. */
  private static final Duration BASELINE_GRACE = Duration.ofSeconds(30);

  private final Turn turn;
  private final Draft draft;
  private final Observation seen;
  private final Judge judge;

  Stages(Turn turn, Judge judge) {
    this.turn = turn;
    this.draft = turn.draft;
    this.seen = turn.seen;
    this.judge = judge;
  }

  void step() {
    switch (draft.phase) {
      case PENDING -> pending();
      case INITIALIZING -> initializing();
      case SHADOWING -> shadowing();
      case PROGRESSING -> progressing();
      case PAUSED -> paused();
      case PROMOTING -> promoting();
      case AWAITING_GIT -> awaitingGit();
      case FINALISING -> finalising();
      case SUCCEEDED -> succeeded();
      case ROLLING_BACK -> rollingBack();
      case ROLLED_BACK -> rolledBack();
    }
  }

  private void pending() {
    if (seen.baseline() == Observation.Baseline.MISSING) {
      draft.say(
          Reason.BASELINE_NOT_FOUND,
          "there is no Deployment "
              + Objects.requireNonNull(
                      Objects.requireNonNull(turn.spec.baseline()).deployment(), "deployment")
                  .name());
    } else {
      draft.enter(ReleasePhase.INITIALIZING);
      draft.say(Reason.STARTING_WORKLOADS, "baseline and candidate are started");
    }
  }

  private void initializing() {
    if (!turn.same() && isTooLate()) {
      return;
    }
    if (seen.baseline() == Observation.Baseline.MISSING) {
      draft.enter(ReleasePhase.PENDING);
      pending();
    } else if (turn.same()) {
      initializeAlone();
    } else if (!seen.candidateReady() && turn.over(draft.phaseTime, turn.spec.startDeadline())) {
      turn.rollBack(
          Reason.CANDIDATE_NOT_READY,
          "no pod of %s was ready within %s%s"
              .formatted(candidate(), turn.spec.startDeadline(), trouble()));
    } else if (seen.baseline() == Observation.Baseline.NOT_READY) {
      draft.say(Reason.BASELINE_UNAVAILABLE, "no pod of the baseline is ready yet");
    } else if (!seen.candidateReady()) {
      draft.say(
          Reason.STARTING_WORKLOADS, "no pod of " + candidate() + " is ready yet" + trouble());
    } else if (!seen.route().gives(0)) {
      draft.say(Reason.AWAITING_GATEWAY, seen.route().message());
    } else {
      draft.stepTime = Draft.text(seen.now());
      draft.enter(ReleasePhase.SHADOWING);
      draft.say(Reason.SHADOWING, "the candidate is measured; the baseline answers everybody");
    }
  }

  /** The spec names one model twice: it serves, and nothing is compared. */
  private void initializeAlone() {
    draft.desiredWeight = 100;
    if (!seen.candidateReady()) {
      draft.say(
          Reason.STARTING_WORKLOADS, "no pod of " + candidate() + " is ready yet" + trouble());
    } else if (!seen.route().gives(100)) {
      draft.say(Reason.AWAITING_GATEWAY, seen.route().message());
    } else {
      draft.completionTime = Draft.text(seen.now());
      draft.enter(ReleasePhase.SUCCEEDED);
      draft.say(Reason.PROMOTED, "the candidate is the baseline, and serves");
    }
  }

  private void shadowing() {
    boolean asked = turn.spec.traffic().mirrorPercent() != null;
    boolean copies = asked && seen.mirrors();
    draft.say(
        Reason.SHADOWING,
        "the candidate is measured; the baseline answers everybody"
            + (asked && !copies
                ? "; no requests are copied: the GatewayClass does not say that it can, or cannot be"
                    + " read"
                : ""));
    if (!seen.candidateReady()) {
      // Nobody waits for its answers, so it may get ready again.
      draft.enter(ReleasePhase.INITIALIZING);
      initializing();
      return;
    }
    if (!mayGoOn()) {
      return;
    }
    Measuring.judge(turn, judge, copies);
    boolean longEnough = !copies || turn.over(draft.stepTime, turn.spec.traffic().stepDuration());
    goOn(ReleasePhase.SHADOWING, longEnough);
  }

  /** To the next step, or to the next measurement of this one. */
  private void goOn(ReleasePhase phase, boolean longEnough) {
    if (draft.phase != phase) {
      return;
    }
    if (longEnough && draft.verdict == Verdict.PASS) {
      turn.advance();
    } else {
      Measuring.start(turn);
    }
  }

  private void progressing() {
    draft.say(
        Reason.PROGRESSING,
        "the candidate gets %d %%, step %d of %d"
            .formatted(draft.desiredWeight, draft.stepIndex, turn.spec.traffic().weights().size()));
    if (!mayGoOn() || !weightIsTaken()) {
      return;
    }
    Measuring.judge(turn, judge, true);
    goOn(ReleasePhase.PROGRESSING, turn.over(draft.stepTime, turn.spec.traffic().stepDuration()));
  }

  /** Notes when the route has the weight, and when another has changed it. */
  private boolean weightIsTaken() {
    if (seen.route().gives(draft.desiredWeight)) {
      if (draft.stepTime == null) {
        draft.stepTime = Draft.text(seen.now());
      }
      return true;
    }
    if (draft.stepTime == null) {
      draft.say(draft.reason, draft.message + "; waits for " + awaited());
    } else {
      String found = seen.route().weight().map(w -> w + " %").orElse("something else");
      draft.say(
          Reason.WEIGHT_DRIFT,
          "the route says %s, expected %d %%; it is put back"
              .formatted(found, draft.desiredWeight));
      turn.tell(Reason.WEIGHT_DRIFT, true, draft.message, "drift/" + draft.stepTime + "/" + found);
    }
    return false;
  }

  /** What is between a weight that is decided and the requests. */
  private String awaited() {
    int pods = Desired.podsFor(turn.spec, draft.desiredWeight);
    return seen.raises(draft.desiredWeight) && seen.candidatePods() < pods
        ? "pods of %s: %d of %d are ready%s"
            .formatted(candidate(), seen.candidatePods(), pods, trouble())
        : "the route: " + seen.route().message();
  }

  /** What ends a release at any weight, and what holds it. */
  private boolean mayGoOn() {
    if (isLost() || isTooLate()) {
      return false;
    }
    if (seen.baseline() != Observation.Baseline.READY) {
      draft.say(
          Reason.BASELINE_UNAVAILABLE,
          "no pod of the baseline is ready; nothing is measured, the weight is held");
      standIn();
      return false;
    }
    return true;
  }

  /**
   * A baseline that stays away fails its part of the requests, which the candidate can answer: it
   * gets all of them until the baseline is back. Not one that no client was given before.
   */
  private void standIn() {
    String since =
        draft
            .before()
            .condition(Condition.Type.BASELINE_AVAILABLE)
            .filter(available -> available.status() == Condition.Status.FALSE)
            .map(Condition::lastTransitionTime)
            .orElse(null);
    if (draft.desiredWeight > 0 && turn.over(since, BASELINE_GRACE)) {
      draft.desiredWeight = 100;
      draft.stepTime = null;
      turn.pause(
          Reason.BASELINE_UNAVAILABLE,
          "no pod of the baseline is ready; the candidate answers everybody until one is");
    }
  }

  private void endStandIn() {
    draft.desiredWeight = turn.spec.traffic().weights().get(draft.stepIndex - 1);
    draft.stepTime = null;
    turn.resume();
  }

  /** Whether the candidate does not answer any more; then it is taken back. */
  private boolean isLost() {
    if (seen.candidateReady()) {
      return false;
    }
    turn.rollBack(
        Reason.CANDIDATE_NOT_READY, "no pod of " + candidate() + " is ready any more" + trouble());
    return true;
  }

  private boolean isTooLate() {
    if (!turn.over(draft.startTime, turn.allowed())) {
      return false;
    }
    turn.rollBack(
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        "not promoted within %s%s".formatted(turn.spec.progressDeadline(), undecided()));
    return true;
  }

  private void paused() {
    if (draft.desiredWeight > 0 && isLost()) {
      return;
    }
    if (draft.pauseReason == Reason.BASELINE_UNAVAILABLE
        && seen.baseline() == Observation.Baseline.READY) {
      endStandIn();
      return;
    }
    // Nobody asked for this pause, so it does not hold the weight for ever.
    if (draft.pauseReason == Reason.INCONCLUSIVE && isTooLate()) {
      return;
    }
    draft.say(
        Objects.requireNonNullElse(draft.pauseReason, Reason.PAUSED),
        draft.before().phase() == ReleasePhase.PAUSED
            ? Objects.requireNonNullElse(draft.before().message(), "")
            : draft.message);
  }

  private void promoting() {
    draft.say(Reason.PROMOTING, "the candidate takes all requests");
    if (seen.baseline() == Observation.Baseline.READY && isLost()) {
      return;
    }
    if (seen.route().gives(100)) {
      draft.stepTime = Draft.text(seen.now());
      if (turn.forGit()) {
        draft.enter(ReleasePhase.AWAITING_GIT);
        awaitingGit();
      } else {
        draft.enter(ReleasePhase.FINALISING);
        finalising();
      }
    } else {
      draft.message += "; waits for " + awaited();
    }
  }

  private void awaitingGit() {
    draft.say(
        Reason.AWAITING_GIT,
        "the candidate serves; the spec does not name it as its baseline yet"
            + (isLatest() ? "" : ", which the next candidate waits for"));
    boolean converged = isDeclared();
    if (turn.forGit() && !converged) {
      WritingBack.step(turn);
    } else {
      if (converged) {
        WritingBack.done(turn);
      }
      draft.enter(ReleasePhase.FINALISING);
      finalising();
    }
  }

  /** Whether the spec asks for no other model than what was promoted. */
  private boolean isLatest() {
    SideStatus promoted = draft.candidate;
    return promoted != null
        && seen.candidate().filter(c -> !c.digest().equals(promoted.digest())).isEmpty();
  }

  /** Whether the spec's baseline is what was promoted. */
  private boolean isDeclared() {
    return draft.candidate != null
        && draft.candidate.digest().equals(seen.baselineModel().digest());
  }

  private void finalising() {
    draft.say(Reason.FINALISING, "the candidate serves; the earlier model goes away");
    if (turn.over(draft.phaseTime, turn.spec.scaleDownDelay())) {
      draft.completionTime = Draft.text(seen.now());
      draft.enter(ReleasePhase.SUCCEEDED);
      draft.say(Reason.PROMOTED, "the candidate serves");
    }
  }

  private void succeeded() {
    if (!seen.candidateReady()) {
      draft.say(
          Reason.CANDIDATE_NOT_READY,
          "the candidate was promoted, but no pod of " + candidate() + " is ready" + trouble());
    } else if (!turn.same() && isDenied()) {
      draft.say(
          Reason.PROMOTED,
          "the candidate serves, though denyDigests has it: what was promoted is taken back by"
              + " naming another candidate");
    } else {
      draft.say(Reason.PROMOTED, "the candidate serves");
    }
  }

  private boolean isDenied() {
    return draft.candidate != null && turn.spec.denyDigests().contains(draft.candidate.digest());
  }

  private void rollingBack() {
    draft.say(
        Objects.requireNonNullElse(draft.failure, Reason.ROLLING_BACK),
        Objects.requireNonNullElse(draft.failureMessage, "requests go back to the baseline"));
    if (!seen.route().gives(0)) {
      if (seen.baseline() != Observation.Baseline.READY) {
        draft.message = "waits for a pod of the baseline that is ready: " + draft.message;
      }
      return;
    }
    if (draft.stepTime == null) {
      draft.stepTime = Draft.text(seen.now());
      turn.tell(
          Reason.ROLLED_BACK,
          true,
          "the baseline has all requests again: " + draft.message,
          "rolled back");
    }
    if (turn.over(draft.stepTime, turn.spec.scaleDownDelay())) {
      draft.completionTime = Draft.text(seen.now());
      draft.enter(ReleasePhase.ROLLED_BACK);
      rolledBack();
    }
  }

  private void rolledBack() {
    draft.say(
        Objects.requireNonNullElse(draft.failure, Reason.ROLLING_BACK),
        Objects.requireNonNullElse(draft.failureMessage, "the baseline serves"));
    if (isDenied()) {
      WritingBack.done(turn);
    } else if (turn.forGit()) {
      WritingBack.step(turn);
    }
  }

  private String candidate() {
    return draft.candidate == null ? "the candidate" : draft.candidate.workload();
  }

  private String trouble() {
    return seen.candidateTrouble().isEmpty() ? "" : ": " + seen.candidateTrouble();
  }

  private String undecided() {
    return draft.verdict == Verdict.PASS
        ? ""
        : "; the last measurement is "
            + (draft.verdict == null ? "missing" : "undecided")
            + draft.analysis.metrics().stream()
                .filter(metric -> metric.verdict() != Verdict.PASS)
                .map(metric -> "; " + metric.message())
                .reduce("", String::concat);
  }
}
