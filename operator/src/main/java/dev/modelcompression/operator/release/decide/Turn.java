package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.Durations;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.report.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One look at a release: what is asked for, what was seen, what is decided so far. */
final class Turn {
  /**
   * A model that is told here was denied already, what a person took back may come again, and a
   * deadline that passed without a verdict says nothing of the model.
   */
  private static final List<Reason> NOT_FOR_GIT =
      List.of(Reason.DIGEST_DENIED, Reason.ABORTED, Reason.PROGRESS_DEADLINE_EXCEEDED);

  final ReleaseSpec spec;
  final Observation seen;
  final Draft draft;
  final List<Transition> events = new ArrayList<>();
  private @Nullable Instant alarm;

  Turn(ReleaseSpec spec, Observation seen, Draft draft) {
    this.spec = spec;
    this.seen = seen;
    this.draft = draft;
  }

  /** Whether both models are the same one: nothing is to be compared. */
  boolean same() {
    return draft.baseline != null
        && draft.candidate != null
        && draft.baseline.digest().equals(draft.candidate.digest());
  }

  /** Whether that time since then is over; looks again when it will be. */
  boolean over(@Nullable String since, String duration) {
    return over(since, Durations.parse(duration));
  }

  /** Whether that time since then is over; looks again when it will be. */
  boolean over(@Nullable String since, Duration duration) {
    if (since == null) {
      return false;
    }
    Instant end = Instant.parse(since).plus(duration);
    if (!seen.now().isBefore(end)) {
      return true;
    }
    if (alarm == null || end.isBefore(alarm)) {
      alarm = end;
    }
    return false;
  }

  /** When to look again. */
  Optional<Duration> again() {
    return Optional.ofNullable(alarm).map(time -> Duration.between(seen.now(), time));
  }

  /** Tells something that happened once. */
  void tell(Reason reason, boolean warning, String message, String subject) {
    events.add(new Transition(reason, warning, message, draft.runId + "/" + subject));
  }

  /** Whether the spec asks for the outcome in Git, and this outcome belongs there. */
  boolean forGit() {
    return spec.writeBack() != null
        && (draft.failure == null || !NOT_FOR_GIT.contains(draft.failure));
  }

  /** The next weight, or what comes after the last one. */
  void advance() {
    List<Integer> weights = spec.traffic().weights();
    if (draft.stepIndex < weights.size()) {
      draft.stepIndex++;
      draft.desiredWeight = weights.get(draft.stepIndex - 1);
      draft.stepTime = null;
      draft.judged = draft.verdict;
      draft.verdict = null;
      draft.analysis = Measuring.newStep(draft.analysis);
      draft.enter(ReleasePhase.PROGRESSING);
      draft.say(Reason.PROGRESSING, "the candidate gets " + draft.desiredWeight + " %");
    } else if (spec.manualGates().isEmpty()) {
      promote();
    } else {
      pause(Reason.AWAITING_APPROVAL, "every step passed; waits for the command promote");
    }
  }

  /** The candidate becomes the model that serves. */
  void promote() {
    draft.pauseReason = null;
    draft.stepIndex = spec.traffic().weights().size();
    draft.desiredWeight = 100;
    draft.stepTime = null;
    draft.enter(ReleasePhase.PROMOTING);
    draft.say(Reason.PROMOTING, "the candidate takes all requests");
  }

  /** Holds the release where it is. */
  void pause(Reason why, String message) {
    draft.pauseReason = why;
    draft.enter(ReleasePhase.PAUSED);
    draft.say(why, message);
  }

  /** How long the run may take, what it waited for people included. */
  Duration allowed() {
    return Durations.parse(spec.progressDeadline()).plusSeconds(draft.pausedSeconds);
  }

  /** Lets a paused release go on. A measurement that is undecided stops no clock, a person does. */
  void resume() {
    if (draft.phaseTime != null && draft.pauseReason != Reason.INCONCLUSIVE) {
      draft.pausedSeconds +=
          Duration.between(Instant.parse(draft.phaseTime), seen.now()).toSeconds();
    }
    draft.pauseReason = null;
    draft.analysis = Measuring.newStep(draft.analysis);
    if (draft.stepIndex == 0) {
      draft.enter(ReleasePhase.SHADOWING);
      draft.say(Reason.SHADOWING, "goes on");
    } else {
      draft.enter(ReleasePhase.PROGRESSING);
      draft.say(Reason.PROGRESSING, "goes on at " + draft.desiredWeight + " %");
    }
  }

  /**
   * Takes the candidate back. The route is held for as long as no pod of the baseline is ready,
   * which would leave nobody to answer.
   */
  void rollBack(Reason why, String message) {
    draft.failure = why;
    draft.failureMessage = message;
    draft.pauseReason = null;
    draft.desiredWeight = 0;
    draft.stepTime = null;
    draft.reject(Objects.requireNonNull(draft.candidate).digest(), why, message);
    draft.enter(ReleasePhase.ROLLING_BACK);
    draft.say(why, message);
  }
}
