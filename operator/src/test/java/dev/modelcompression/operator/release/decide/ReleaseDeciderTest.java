package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.WriteBackReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseDeciderTest {
  private static final String GIT =
      "\"writeBack\": {\"repository\": \"https://git.example.com/f.git\", \"path\": \"m.yaml\"}";

  @Test
  void goesThroughAllWeightsAndSucceeds() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.phases)
        .containsExactly(
            ReleasePhase.INITIALIZING,
            ReleasePhase.SHADOWING,
            ReleasePhase.PROGRESSING,
            ReleasePhase.PROMOTING,
            ReleasePhase.FINALISING,
            ReleasePhase.SUCCEEDED);
    assertThat(paper.weights).containsExactly(0, 10, 50, 100);
    assertThat(paper.told())
        .contains("RunStarted", "Measured", "WeightChanged", "Promoted")
        .doesNotContain("WeightDrift");
    assertThat(condition(paper, Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
    assertThat(condition(paper, Condition.Type.PROMOTED)).isEqualTo(Condition.Status.TRUE);
    paper.settle();
    assertThat(paper.turn()).as("an end is written once").isFalse();
  }

  @Test
  void everyWeightIsHeldForItsTime() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    Instant begun = paper.now;
    paper.until(ReleasePhase.PROMOTING);
    assertThat(Duration.between(begun, paper.now))
        .isBetween(Duration.ofMinutes(6), Duration.ofMinutes(9));
  }

  /** From the first bad measurement on, at whatever weight. */
  @ParameterizedTest
  @ValueSource(ints = {0, 10, 50, 100})
  void aFailedMeasurementTakesTheCandidateBack(int weight) {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(weight == 0 ? ReleasePhase.SHADOWING : ReleasePhase.PROGRESSING);
    while (!Objects.equals(paper.status().weight(), weight)) {
      paper.turn();
    }
    paper.verdict = Verdict.FAIL;
    Instant bad = paper.now;
    paper.until(ReleasePhase.ROLLING_BACK);
    paper.turn();
    assertThat(paper.liveWeight).contains(0);
    assertThat(Duration.between(bad, paper.now)).isLessThanOrEqualTo(Duration.ofSeconds(40));
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.status().failure()).isEqualTo(Reason.ANALYSIS_FAILED);
    assertThat(paper.status().failureMessage()).contains("accuracy is FAIL");
    assertThat(paper.status().rejected()).extracting("digest").containsExactly(ReleaseOnPaper.NEW);
    assertThat(condition(paper, Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
    assertThat(condition(paper, Condition.Type.BASELINE_AVAILABLE))
        .isEqualTo(Condition.Status.TRUE);
    paper.settle();
    assertThat(Desired.of(paper.release.getSpec(), paper.status()).candidate()).isEmpty();
  }

  @Test
  void failuresUpToTheLimitAreForgiven() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.limitFailures(2);
    paper.until(ReleasePhase.SHADOWING);
    paper.verdict = Verdict.FAIL;
    while (failed(paper) < 2) {
      paper.turn();
    }
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.SHADOWING);
    paper.verdict = Verdict.PASS;
    paper.until(ReleasePhase.PROGRESSING);
    assertThat(failed(paper)).as("of the whole run").isEqualTo(2);
    paper.verdict = Verdict.FAIL;
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(failed(paper)).isEqualTo(3);
  }

  private static int failed(ReleaseOnPaper paper) {
    var analysis = paper.status().analysis();
    return analysis == null ? 0 : analysis.failed();
  }

  /**
   * Such as a Prometheus that has no figures: the clock goes on, for nobody asked for the pause.
   */
  @Test
  void undecidedMeasurementsHoldTheWeightUntilTheDeadline() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.verdict = Verdict.INCONCLUSIVE;
    paper.until(ReleasePhase.PAUSED);
    assertThat(paper.status().pauseReason()).isEqualTo(Reason.INCONCLUSIVE);
    assertThat(Objects.requireNonNull(paper.status().analysis()).inconclusive()).isEqualTo(4);
    paper.annotate("resume/" + paper.status().runId());
    paper.turn();
    assertThat(paper.status().pausedSeconds()).isNull();
    paper.until(ReleasePhase.PAUSED);
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.weights).containsExactly(0, 10, 0);
    assertThat(paper.status().failure()).isEqualTo(Reason.PROGRESS_DEADLINE_EXCEEDED);
    assertThat(Duration.between(Instant.parse("2026-11-22T10:00:00Z"), paper.now))
        .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusMinutes(2));
  }

  @Test
  void noWeightIsRaisedBeforeAllPodsAreReady() {
    ReleaseOnPaper paper = new ReleaseOnPaper("\"server\": {\"replicas\": 3}");
    paper.candidatePods = 2;
    paper.until(ReleasePhase.PROGRESSING);
    paper.turn();
    assertThat(paper.liveWeight).contains(0);
    assertThat(paper.status().message()).contains("2 of 3 are ready");
    paper.candidatePods = 3;
    paper.settleAt(10);
    paper.candidatePods = 1;
    paper.turn();
    assertThat(paper.status().phase()).as("one answers").isEqualTo(ReleasePhase.PROGRESSING);
    assertThat(paper.liveWeight).contains(10);
  }

  /** What was measured with fewer requests is good news about fewer requests alone. */
  @Test
  void aPassOfTheStepBeforeDoesNotCount() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    Instant begun = paper.now;
    while (paper.now.isBefore(begun.plusSeconds(60))) {
      paper.turn();
    }
    paper.atWork = true;
    while (!Objects.equals(paper.status().weight(), 50)) {
      paper.turn();
    }
    paper.settleAt(50);
    assertThat(paper.status().verdict()).isNull();
    paper.now = paper.now.plusSeconds(120);
    paper.atWork = false;
    paper.turn();
    assertThat(ended(paper)).as("it has ended").isEqualTo(round(paper) - 1);
    assertThat(paper.status().verdict()).isNull();
    assertThat(paper.status().desiredWeight()).isEqualTo(50);
    paper.until(ReleasePhase.SUCCEEDED);
  }

  private static int ended(ReleaseOnPaper paper) {
    return Objects.requireNonNull(paper.status().analysis()).ended();
  }

  private static int round(ReleaseOnPaper paper) {
    return Objects.requireNonNull(paper.status().analysis()).round();
  }

  @Test
  void whatWasPromotedAndIsDeadIsNotCalledReady() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SUCCEEDED);
    paper.candidateReady = false;
    paper.settle();
    assertThat(condition(paper, Condition.Type.READY)).isEqualTo(Condition.Status.FALSE);
    assertThat(paper.status().message()).contains("no pod of net-b is ready");
    assertThat(paper.liveWeight).contains(100);
  }

  @Test
  void theNextCandidateWaitsForTheMergeOfTheOneBefore() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    paper.candidate = ReleaseOnPaper.model("sha256:" + "c".repeat(64));
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.AWAITING_GIT);
    assertThat(paper.status().message()).contains("the next candidate waits");
    assertThat(paper.liveWeight).contains(100);
    paper.edit(GIT, ReleaseOnPaper.NEW);
    paper.until(ReleasePhase.SHADOWING);
    assertThat(Objects.requireNonNull(paper.status().baseline()).digest())
        .isEqualTo(ReleaseOnPaper.NEW);
  }

  @Test
  void noDataIsNeverAPassAndEndsAtTheDeadline() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.measurable = false;
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.weights).containsExactly(0, 10, 0);
    assertThat(paper.status().failure()).isEqualTo(Reason.PROGRESS_DEADLINE_EXCEEDED);
    assertThat(paper.told()).contains("AnalysisDegraded");
    assertThat(Duration.between(Instant.parse("2026-11-22T10:00:00Z"), paper.now))
        .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusMinutes(2));
  }

  @Test
  void aCandidateThatNeverGetsReadyIsTakenBackWithoutAWeight() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.candidateReady = false;
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.weights).containsExactly(0);
    assertThat(paper.status().failure()).isEqualTo(Reason.CANDIDATE_NOT_READY);
    assertThat(paper.phases).doesNotContain(ReleasePhase.SHADOWING, ReleasePhase.PROGRESSING);
  }

  @Test
  void aCandidateThatStopsBeingReadyIsTakenBack() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.turn();
    paper.candidateReady = false;
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.status().failure()).isEqualTo(Reason.CANDIDATE_NOT_READY);
  }

  @Test
  void nothingGoesBackToABaselineThatIsNotReady() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.baselineReady = false;
    paper.verdict = Verdict.FAIL;
    for (int i = 0; i < 20; i++) {
      paper.turn();
    }
    assertThat(paper.liveWeight).as("the candidate stands in").contains(100);
    assertThat(condition(paper, Condition.Type.BASELINE_AVAILABLE))
        .isEqualTo(Condition.Status.FALSE);
    paper.annotate("abort/" + paper.status().runId());
    for (int i = 0; i < 20; i++) {
      paper.turn();
    }
    assertThat(paper.status().phase()).as("remembered").isEqualTo(ReleasePhase.ROLLING_BACK);
    assertThat(paper.status().message()).contains("waits for a pod of the baseline");
    assertThat(paper.liveWeight).as("who answers goes on answering").contains(100);
    paper.baselineReady = true;
    paper.until(ReleasePhase.ROLLED_BACK);
  }

  @Test
  void aWeightThatAnotherChangesIsPutBack() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.liveWeight = Optional.of(70);
    paper.turn();
    assertThat(paper.told()).contains("WeightDrift");
    assertThat(paper.liveWeight).contains(10);
  }

  @Test
  void waitsForAPersonBeforeThePromotion() {
    ReleaseOnPaper paper = new ReleaseOnPaper("\"manualGates\": [\"BeforePromotion\"]");
    paper.until(ReleasePhase.PAUSED);
    assertThat(paper.status().pauseReason()).isEqualTo(Reason.AWAITING_APPROVAL);
    paper.annotate("promote/r-0000000000");
    paper.settle();
    assertThat(paper.status().phase()).as("of another run").isEqualTo(ReleasePhase.PAUSED);
    assertThat(paper.told()).contains("CommandIgnored");
    paper.annotate("promote/" + paper.status().runId());
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.status().lastHandledCommand()).isEqualTo("promote/" + paper.status().runId());
  }

  @Test
  void pausesAndGoesOnByCommand() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.annotate("pause/" + paper.status().runId());
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PAUSED);
    assertThat(paper.status().message()).isEqualTo("held by command");
    assertThat(paper.liveWeight).contains(10);
    paper.now = paper.now.plus(Duration.ofHours(5));
    paper.annotate("resume/" + paper.status().runId());
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.status().pausedSeconds()).isGreaterThanOrEqualTo(5 * 3600);
  }

  @Test
  void takesBackByCommandAndReleasesAgainByCommand() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    String first = Objects.requireNonNull(paper.status().runId());
    paper.annotate("abort/" + first);
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.status().failure()).isEqualTo(Reason.ABORTED);
    paper.settle();
    paper.annotate("retry/" + first);
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.status().runId()).isNotEqualTo(first);
    assertThat(paper.status().rejected()).isEmpty();
  }

  @Test
  void aRejectedCandidateStaysRejectedThoughTheSpecIsEdited() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.verdict = Verdict.FAIL;
    paper.until(ReleasePhase.ROLLED_BACK);
    paper.verdict = Verdict.PASS;
    paper.edit("\"server\": {\"replicas\": 3}", ReleaseOnPaper.OLD);
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.ROLLED_BACK);
    assertThat(paper.liveWeight).contains(0);
  }

  @Test
  void aDeniedDigestIsNeverStarted() {
    ReleaseOnPaper paper = new ReleaseOnPaper("\"denyDigests\": [\"" + ReleaseOnPaper.NEW + "\"]");
    paper.until(ReleasePhase.ROLLED_BACK);
    paper.settle();
    assertThat(paper.status().failure()).isEqualTo(Reason.DIGEST_DENIED);
    assertThat(paper.phases).containsExactly(ReleasePhase.ROLLED_BACK);
  }

  @Test
  void anEditOnTheWayStartsANewRunFromZero() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    String first = Objects.requireNonNull(paper.status().runId());
    paper.candidatePods = 3;
    paper.edit("\"server\": {\"replicas\": 3}", ReleaseOnPaper.OLD);
    paper.until(ReleasePhase.INITIALIZING);
    assertThat(paper.status().runId()).isNotEqualTo(first);
    assertThat(paper.told()).contains("RunSuperseded");
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.weights).containsExactly(0, 10, 0, 10, 50, 100);
  }

  @Test
  void suspensionHoldsTheWeight() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    String run = Objects.requireNonNull(paper.status().runId());
    paper.edit("\"suspend\": true", ReleaseOnPaper.OLD);
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PAUSED);
    paper.edit("\"suspend\": false", ReleaseOnPaper.OLD);
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.status().runId()).isEqualTo(run);
  }

  /** The merge of what was written to Git is no second release. */
  @Test
  void waitsForGitAndConvergesWithoutASecondRun() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    String run = Objects.requireNonNull(paper.status().runId());
    assertThat(condition(paper, Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
    assertThat(condition(paper, Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
    paper.written =
        Optional.of(
            WriteBackReport.done(
                WriteBackReport.Result.COMMITTED, "committed", "c".repeat(40), "main", null));
    paper.settle();
    assertThat(Objects.requireNonNull(paper.status().writeBack()).commit())
        .isEqualTo("c".repeat(40));
    paper.edit(GIT, ReleaseOnPaper.NEW);
    paper.until(ReleasePhase.SUCCEEDED);
    paper.settle();
    assertThat(paper.status().runId()).isEqualTo(run);
    assertThat(paper.weights).containsExactly(0, 10, 50, 100);
    assertThat(condition(paper, Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.FALSE);
  }

  @Test
  void gitIsTriedAgainAndHoldsUpNothing() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.verdict = Verdict.FAIL;
    paper.until(ReleasePhase.ROLLED_BACK);
    assertThat(paper.liveWeight).contains(0);
    paper.written = Optional.of(WriteBackReport.failed(ExitCode.TRY_AGAIN, "the server is away"));
    for (int i = 0; i < 20; i++) {
      paper.turn();
    }
    assertThat(Objects.requireNonNull(paper.status().writeBack()).attempt()).isGreaterThan(3);
    assertThat(condition(paper, Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
  }

  /** A token that is refused is told as failed, and the one that replaces it is found out. */
  @ParameterizedTest
  @EnumSource(names = {"BAD_REQUEST", "BAD_INPUT"})
  void whatAPersonCanMendInGitIsTriedAgain(ExitCode exit) {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    paper.written = Optional.of(WriteBackReport.failed(exit, "the token is refused"));
    Instant begun = paper.now;
    boolean visible = false;
    while (paper.now.isBefore(begun.plus(Duration.ofHours(2)))) {
      paper.turn();
      WriteBackStatus git = Objects.requireNonNull(paper.status().writeBack());
      visible |= git.state() == WriteBackStatus.State.FAILED;
      assertThat(condition(paper, Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
    }
    assertThat(visible).isTrue();
    WriteBackStatus failed = Objects.requireNonNull(paper.status().writeBack());
    assertThat(failed.message()).isEqualTo("the token is refused");
    assertThat(failed.attempt()).isBetween(12, 25);
    paper.written =
        Optional.of(
            WriteBackReport.done(
                WriteBackReport.Result.COMMITTED, "committed", "c".repeat(40), "main", null));
    paper.settle();
    assertThat(Objects.requireNonNull(paper.status().writeBack()).state())
        .isEqualTo(WriteBackStatus.State.WRITTEN);
  }

  @Test
  void aPullRequestThatWasClosedIsAnAnswer() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    paper.written =
        Optional.of(
            WriteBackReport.done(
                WriteBackReport.Result.PULL_REQUEST_CLOSED,
                "closed",
                null,
                "mc/net",
                "https://git.example.com/f/pulls/1"));
    paper.settle();
    WriteBackStatus git = Objects.requireNonNull(paper.status().writeBack());
    assertThat(git.state()).isEqualTo(WriteBackStatus.State.FAILED);
    assertThat(git.attempt()).isOne();
  }

  /** A cluster that is built anew from Git, where the promoted model is the baseline. */
  @Test
  void oneModelTwiceServesWithoutAComparison() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.edit("", ReleaseOnPaper.NEW);
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.phases).doesNotContain(ReleasePhase.SHADOWING);
    assertThat(paper.weights).containsExactly(100);
  }

  @Test
  void anImpossibleSpecHoldsWhatIsUnderWay() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.problem = Optional.of("no server image");
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PAUSED);
    assertThat(condition(paper, Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
    assertThat(paper.liveWeight).contains(10);
    paper.problem = Optional.empty();
    paper.until(ReleasePhase.SUCCEEDED);
  }

  @Test
  void anImpossibleSpecKeepsNobodyFromTakingTheCandidateBack() {
    for (boolean byCommand : new boolean[] {true, false}) {
      ReleaseOnPaper paper = ReleaseOnPaper.usual();
      paper.until(ReleasePhase.PROGRESSING);
      paper.settleAt(10);
      paper.problem = Optional.of("no server image");
      paper.settle();
      if (byCommand) {
        paper.annotate("abort/" + paper.status().runId());
      } else {
        paper.candidateReady = false;
      }
      paper.until(ReleasePhase.ROLLED_BACK);
      assertThat(paper.liveWeight).contains(0);
      assertThat(paper.status().failure())
          .isEqualTo(byCommand ? Reason.ABORTED : Reason.CANDIDATE_NOT_READY);
    }
  }

  @Test
  void aPauseOfAPersonOutlastsAnImpossibleSpec() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.annotate("pause/" + paper.status().runId());
    paper.settle();
    paper.problem = Optional.of("no server image");
    paper.settle();
    paper.problem = Optional.empty();
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PAUSED);
    assertThat(paper.status().pauseReason()).isEqualTo(Reason.PAUSED);
  }

  /** What is desired is a function of what is written: read back, it is the same. */
  @ParameterizedTest
  @EnumSource(ReleasePhase.class)
  void neverMoreThanWhatThePhaseAllows(ReleasePhase phase) {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    for (int i = 0; i < 400 && paper.status().phase() != ReleasePhase.AWAITING_GIT; i++) {
      paper.turn();
      if (paper.status().phase() == phase) {
        Desired desired = Desired.of(paper.release.getSpec(), paper.status());
        boolean early = phase == ReleasePhase.INITIALIZING || phase == ReleasePhase.SHADOWING;
        assertThat(desired.weight()).isLessThanOrEqualTo(early ? 0 : 100);
        assertThat(desired.mirroring()).isFalse();
        assertThat(desired.writing().isPresent()).isEqualTo(phase == ReleasePhase.AWAITING_GIT);
      }
    }
  }

  private static Condition.Status condition(ReleaseOnPaper paper, Condition.Type type) {
    return paper.status().condition(type).orElseThrow().status();
  }
}
