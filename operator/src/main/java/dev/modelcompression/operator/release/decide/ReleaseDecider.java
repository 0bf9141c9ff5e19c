package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.report.Transition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides on one release. What comes out is a status; what is to be in the cluster follows from it
 * ({@link Desired}) and is done once it is written, so that a restart anywhere goes on from there.
 */
public final class ReleaseDecider {
  /** The annotation that commands are written to: {@code <verb>/<run id>}. */
  public static final String COMMAND = "modelcompression.dev/command";

  private static final Set<ReleasePhase> PROMOTED =
      EnumSet.of(
          ReleasePhase.PROMOTING,
          ReleasePhase.AWAITING_GIT,
          ReleasePhase.FINALISING,
          ReleasePhase.SUCCEEDED);
  private static final Set<ReleasePhase> TO_BE_FINISHED =
      EnumSet.of(ReleasePhase.PROMOTING, ReleasePhase.AWAITING_GIT, ReleasePhase.FINALISING);
  private static final Set<ReleasePhase> AT_REST =
      EnumSet.of(ReleasePhase.SUCCEEDED, ReleasePhase.ROLLED_BACK);
  private static final Set<ReleasePhase> MEASURED =
      EnumSet.of(ReleasePhase.SHADOWING, ReleasePhase.PROGRESSING);

  private ReleaseDecider() {}

  /** What comes of one look. */
  public static Decision decide(ModelRelease release, Observation seen, Judge judge) {
    ModelReleaseStatus before =
        Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE);
    Draft draft = new Draft(before, seen.now());
    Turn turn = new Turn(release.getSpec(), seen, draft);
    draft.weight = seen.route().weight().orElse(null);
    decide(turn, release, judge);
    refreshSides(turn);
    History.note(draft, seen.now());
    List<Condition> conditions = ReleaseConditions.of(turn, release.getMetadata().getGeneration());
    ModelReleaseStatus after =
        draft.status(
            release.getMetadata().getGeneration(),
            release.getSpec().traffic().weights().size(),
            conditions);
    List<Transition> events = new ArrayList<>(ReleaseEvents.between(before, after, draft.reason));
    events.addAll(turn.events);
    boolean another = !Objects.equals(before.runId(), after.runId());
    return new Decision(after, events, turn.again(), another);
  }

  private static void decide(Turn turn, ModelRelease release, Judge judge) {
    Draft draft = turn.draft;
    if (turn.seen.problem().isPresent()) {
      impossible(turn, turn.seen.problem().get(), judge);
      return;
    }
    Optional<Observation.Model> candidate = turn.seen.candidate().or(() -> known(draft.candidate));
    if (candidate.isEmpty()) {
      draft.enter(ReleasePhase.PENDING);
      draft.say(Reason.AWAITING_RESULT, turn.seen.awaited());
      return;
    }
    String uid = release.getMetadata().getUid();
    Commands.handle(turn);
    String runId = RunIds.of(uid, turn.spec, candidate.get().digest(), draft.retries);
    if (isAnother(turn, candidate.get(), runId)) {
      // What was seen is of the models of the run before: the next look is at those of this one.
      if (!isTakenBack(turn)) {
        begin(turn, candidate.get(), runId);
      }
      return;
    }
    if (isDenied(turn) && !PROMOTED.contains(draft.phase) && isUnderWay(draft.phase)) {
      turn.rollBack(Reason.DIGEST_DENIED, "the candidate's digest was added to denyDigests");
      return;
    }
    suspend(turn);
    new Stages(turn, judge).step();
    Reporting.step(turn);
  }

  /**
   * A spec that cannot work starts nothing and raises no weight. What protects clients goes on: a
   * candidate that stops answering and the command abort take it back, and what is decided is
   * finished.
   */
  private static void impossible(Turn turn, String problem, Judge judge) {
    Draft draft = turn.draft;
    if (draft.runId == null
        || draft.phase == ReleasePhase.PENDING
        || draft.phase == ReleasePhase.INITIALIZING) {
      draft.enter(ReleasePhase.PENDING);
      draft.say(Reason.INVALID_SPEC, problem);
      return;
    }
    Commands.handle(turn);
    if (MEASURED.contains(draft.phase)) {
      turn.pause(Reason.INVALID_SPEC, problem);
    }
    boolean rests = AT_REST.contains(draft.phase);
    if (!rests) {
      new Stages(turn, judge).step();
    }
    if (rests || draft.phase == ReleasePhase.PAUSED) {
      draft.say(Reason.INVALID_SPEC, problem);
    }
  }

  private static void suspend(Turn turn) {
    Draft draft = turn.draft;
    if (turn.spec.suspend() && MEASURED.contains(draft.phase)) {
      turn.pause(Reason.SUSPENDED, "spec.suspend is true");
    } else if (draft.phase == ReleasePhase.PAUSED
        && ((!turn.spec.suspend() && draft.pauseReason == Reason.SUSPENDED)
            || draft.pauseReason == Reason.INVALID_SPEC)) {
      turn.resume();
    }
  }

  /** Whether the spec asks for another run than the one that the status is about. */
  private static boolean isAnother(Turn turn, Observation.Model candidate, String runId) {
    Draft draft = turn.draft;
    if (runId.equals(draft.runId)) {
      return false;
    }
    if (draft.runId == null) {
      return true;
    }
    boolean sameModel =
        draft.candidate != null && draft.candidate.digest().equals(candidate.digest());
    // What was promoted serves, however the way there is described now; and what was taken back
    // stays so until a person asks for it again.
    boolean settled =
        sameModel && (PROMOTED.contains(draft.phase) || draft.phase == ReleasePhase.ROLLING_BACK);
    boolean rejected =
        sameModel
            && draft.phase == ReleasePhase.ROLLED_BACK
            && isRejected(draft, candidate.digest());
    return !settled && !rejected && !TO_BE_FINISHED.contains(draft.phase);
  }

  /**
   * Whether a candidate that gives way to another run still has requests of clients; they go back
   * to its baseline first, for nobody measures it any more.
   */
  private static boolean isTakenBack(Turn turn) {
    Draft draft = turn.draft;
    boolean hasRequests =
        (MEASURED.contains(draft.phase) || draft.phase == ReleasePhase.PAUSED)
            && turn.seen.baseline() == Observation.Baseline.READY
            && turn.seen.route().weight().filter(weight -> weight > 0).isPresent();
    if (hasRequests) {
      draft.pauseReason = null;
      draft.stepIndex = 0;
      draft.desiredWeight = 0;
      draft.verdict = null;
      draft.stepTime = Draft.text(turn.seen.now());
      draft.analysis = Measuring.newStep(draft.analysis);
      draft.enter(ReleasePhase.SHADOWING);
      draft.say(
          Reason.STOPPING_OLD_RUN, "the baseline gets all requests before the next run begins");
    }
    return hasRequests;
  }

  private static void begin(Turn turn, Observation.Model candidate, String runId) {
    Draft draft = turn.draft;
    Observation.Model baseline = turn.seen.baselineModel();
    if (draft.runId != null) {
      turn.tell(
          Reason.RUN_SUPERSEDED, false, "run " + draft.runId + " gives way to " + runId, "end");
    }
    draft.runId = runId;
    draft.baseline = side(baseline, turn.seen.baseline() == Observation.Baseline.READY);
    draft.candidate = side(candidate, turn.seen.candidateReady());
    draft.startTime = Draft.text(turn.seen.now());
    draft.completionTime = null;
    draft.stepTime = null;
    draft.stepIndex = 0;
    draft.desiredWeight = 0;
    draft.pausedSeconds = 0;
    draft.pauseReason = null;
    draft.verdict = null;
    draft.analysis = AnalysisStatus.NONE;
    draft.failure = null;
    draft.failureMessage = null;
    draft.writeBack = null;
    draft.report = null;
    draft.phaseTime = null;
    draft.enter(ReleasePhase.INITIALIZING);
    draft.say(Reason.STARTING_WORKLOADS, "baseline and candidate are started");
    if (isDenied(turn) || (isRejected(draft, candidate.digest()) && !turn.same())) {
      draft.failure = Reason.DIGEST_DENIED;
      draft.failureMessage =
          "%s was %s; the command retry/%s releases it all the same"
              .formatted(
                  candidate.digest(),
                  isDenied(turn) ? "denied by denyDigests" : "rolled back before",
                  runId);
      draft.completionTime = Draft.text(turn.seen.now());
      draft.enter(ReleasePhase.ROLLED_BACK);
      draft.say(Reason.DIGEST_DENIED, draft.failureMessage);
    }
  }

  private static boolean isDenied(Turn turn) {
    ReleaseSpec spec = turn.spec;
    return turn.draft.candidate != null
        && !turn.same()
        && spec.denyDigests().contains(turn.draft.candidate.digest());
  }

  private static boolean isRejected(Draft draft, String digest) {
    return draft.rejected.stream().anyMatch(known -> known.digest().equals(digest));
  }

  private static boolean isUnderWay(ReleasePhase phase) {
    return phase != ReleasePhase.ROLLING_BACK && phase != ReleasePhase.ROLLED_BACK;
  }

  private static Optional<Observation.Model> known(
      @org.jspecify.annotations.Nullable SideStatus side) {
    return Optional.ofNullable(side)
        .map(s -> new Observation.Model(s.uri(), s.digest(), s.workload()));
  }

  private static SideStatus side(Observation.Model model, boolean ready) {
    return new SideStatus(model.uri(), model.digest(), model.workload(), ready);
  }

  private static void refreshSides(Turn turn) {
    Draft draft = turn.draft;
    if (draft.baseline != null) {
      SideStatus b = draft.baseline;
      boolean ready = turn.seen.baseline() == Observation.Baseline.READY;
      draft.baseline = new SideStatus(b.uri(), b.digest(), b.workload(), ready);
    }
    if (draft.candidate != null) {
      SideStatus c = draft.candidate;
      draft.candidate =
          new SideStatus(c.uri(), c.digest(), c.workload(), turn.seen.candidateReady());
    }
  }
}
