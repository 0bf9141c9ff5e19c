package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReleaseDeciderTest {
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
    assertThat(paper.condition(Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
    assertThat(paper.condition(Condition.Type.PROMOTED)).isEqualTo(Condition.Status.TRUE);
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
    assertThat(paper.condition(Condition.Type.READY)).isEqualTo(Condition.Status.FALSE);
    assertThat(paper.status().message()).contains("no pod of net-b is ready");
    assertThat(paper.liveWeight).contains(100);
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
    assertThat(paper.condition(Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
    assertThat(paper.liveWeight).contains(10);
    paper.problem = Optional.empty();
    paper.until(ReleasePhase.SUCCEEDED);
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
}
