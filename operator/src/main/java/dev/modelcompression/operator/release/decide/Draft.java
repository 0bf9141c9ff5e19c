package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.RejectedStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A status while it is being decided on: one field after the other changes. */
final class Draft {
  private static final int MAX_REJECTED = 16;

  private final Instant now;
  private final ModelReleaseStatus before;

  ReleasePhase phase;
  Reason reason = Reason.CHECKING_INPUTS;
  String message = "";
  @Nullable String runId;
  @Nullable Integer weight;
  int desiredWeight;
  int stepIndex;
  @Nullable Verdict verdict;
  @Nullable String startTime;
  @Nullable String phaseTime;
  @Nullable String stepTime;
  long pausedSeconds;
  @Nullable Reason pauseReason;
  int retries;
  @Nullable String completionTime;
  @Nullable SideStatus baseline;
  @Nullable SideStatus candidate;
  AnalysisStatus analysis;
  @Nullable Reason failure;
  @Nullable String failureMessage;
  List<RejectedStatus> rejected;
  @Nullable WriteBackStatus writeBack;
  List<HistoryEntry> history;
  @Nullable ReportStatus report;

  /** What a step was left with, when the next one has no verdict yet. */
  @Nullable Verdict judged;

  @Nullable String lastHandledCommand;

  Draft(ModelReleaseStatus before, Instant now) {
    this.before = before;
    this.now = now;
    phase = Objects.requireNonNullElse(before.phase(), ReleasePhase.PENDING);
    runId = before.runId();
    weight = before.weight();
    desiredWeight = Objects.requireNonNullElse(before.desiredWeight(), 0);
    stepIndex = Objects.requireNonNullElse(before.stepIndex(), 0);
    verdict = before.verdict();
    startTime = before.startTime();
    phaseTime = before.phaseTime();
    stepTime = before.stepTime();
    pausedSeconds = Objects.requireNonNullElse(before.pausedSeconds(), 0L);
    pauseReason = before.pauseReason();
    retries = Objects.requireNonNullElse(before.retries(), 0);
    completionTime = before.completionTime();
    baseline = before.baseline();
    candidate = before.candidate();
    analysis = Objects.requireNonNullElse(before.analysis(), AnalysisStatus.NONE);
    failure = before.failure();
    failureMessage = before.failureMessage();
    rejected = before.rejected();
    writeBack = before.writeBack();
    history = before.history();
    report = before.report();
    lastHandledCommand = before.lastHandledCommand();
  }

  /** Goes to another phase, whose time begins now. */
  void enter(ReleasePhase next) {
    if (phase != next || phaseTime == null) {
      phase = next;
      phaseTime = text(now);
    }
  }

  /** Says why the phase is as it is. */
  void say(Reason why, String text) {
    reason = why;
    message = text;
  }

  /** Keeps a model from being released again. */
  void reject(String digest, Reason why, String figures) {
    List<RejectedStatus> all = new ArrayList<>(rejected);
    all.removeIf(known -> known.digest().equals(digest));
    all.add(new RejectedStatus(digest, why, text(now), figures));
    rejected = all.subList(Math.max(0, all.size() - MAX_REJECTED), all.size());
  }

  /** The status as it is now. */
  ModelReleaseStatus status(long generation, int steps, List<Condition> conditions) {
    return new ModelReleaseStatus(
        phase,
        generation,
        runId,
        weight,
        desiredWeight,
        stepIndex == 0 ? null : stepIndex + "/" + steps,
        stepIndex,
        verdict,
        message,
        startTime,
        phaseTime,
        stepTime,
        pausedSeconds == 0 ? null : pausedSeconds,
        pauseReason,
        retries == 0 ? null : retries,
        completionTime,
        baseline,
        candidate,
        analysis,
        failure,
        failureMessage,
        rejected,
        writeBack,
        history,
        report,
        lastHandledCommand,
        conditions);
  }

  ModelReleaseStatus before() {
    return before;
  }

  /** Times in a status have no fractions. */
  static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
