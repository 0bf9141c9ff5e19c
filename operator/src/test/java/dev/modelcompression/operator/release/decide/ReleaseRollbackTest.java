package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a candidate is taken back, and what keeps it from coming again. */
class ReleaseRollbackTest {
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
    assertThat(paper.condition(Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
    assertThat(paper.condition(Condition.Type.BASELINE_AVAILABLE)).isEqualTo(Condition.Status.TRUE);
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
    assertThat(paper.condition(Condition.Type.BASELINE_AVAILABLE))
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
}
