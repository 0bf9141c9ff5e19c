package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One run that follows another, and sides that stop answering. */
class ReleaseRunsTest {
  private static final String THIRD = "sha256:" + "c".repeat(64);
  private static final String GIT =
      "\"writeBack\": {\"repository\": \"https://git.example.com/f.git\", \"path\": \"m.yaml\"}";

  /** What was seen of the candidate before says nothing of the next one. */
  @Test
  void anotherCandidateWaitsForItsOwnPods() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SHADOWING);
    paper.unready.add("net-c");
    paper.candidate = ReleaseOnPaper.model(THIRD);
    look(paper);
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.INITIALIZING);
    assertThat(paper.status().rejected()).isEmpty();
    assertThat(paper.liveWeight).contains(0);
    paper.unready.clear();
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(Objects.requireNonNull(paper.status().candidate()).digest()).isEqualTo(THIRD);
  }

  /** Nobody measures the candidate before, so it gives its requests back before anything else. */
  @Test
  void aCandidateThatGivesWayHasNoRequestsAnyMore() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.candidate = ReleaseOnPaper.model(THIRD);
    paper.unready.add("net-c");
    paper.turn();
    assertThat(Objects.requireNonNull(paper.status().candidate()).digest())
        .isEqualTo(ReleaseOnPaper.NEW);
    assertThat(paper.liveWeight).contains(0);
    paper.turn();
    assertThat(Objects.requireNonNull(paper.status().candidate()).digest()).isEqualTo(THIRD);
  }

  @Test
  void anEditThatIsTakenBackAtOnceGoesUpFromTheBeginning() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    String run = Objects.requireNonNull(paper.status().runId());
    paper.candidate = ReleaseOnPaper.model(THIRD);
    paper.turn();
    paper.candidate = ReleaseOnPaper.model(ReleaseOnPaper.NEW);
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.status().runId()).isEqualTo(run);
    assertThat(paper.weights).containsExactly(0, 10, 0, 10, 50, 100);
  }

  @Test
  void anotherBaselineGetsNoRequestsBeforeItAnswers() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.unready.add("net-c");
    paper.edit("", THIRD);
    look(paper);
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.INITIALIZING);
    assertThat(paper.condition(Condition.Type.BASELINE_AVAILABLE))
        .isEqualTo(Condition.Status.FALSE);
    paper.unready.clear();
    paper.until(ReleasePhase.SUCCEEDED);
  }

  @Test
  void oneModelTwiceServesOnlyOnceItAnswers() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SUCCEEDED);
    paper.unready.add("net-c");
    paper.candidate = ReleaseOnPaper.model(THIRD);
    paper.edit("", THIRD);
    look(paper);
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.INITIALIZING);
    paper.unready.clear();
    paper.until(ReleasePhase.SUCCEEDED);
  }

  /** Its clients would get errors for as long as it takes; the candidate can answer them. */
  @Test
  void theCandidateStandsInForABaselineThatStaysAway() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.baselineReady = false;
    Instant lost = paper.now;
    paper.until(ReleasePhase.PAUSED);
    assertThat(Duration.between(lost, paper.now)).isEqualTo(Duration.ofSeconds(30));
    assertThat(paper.status().pauseReason()).isEqualTo(Reason.BASELINE_UNAVAILABLE);
    assertThat(paper.liveWeight).contains(100);
    paper.annotate("resume/" + paper.status().runId());
    paper.settle();
    assertThat(paper.told()).contains("CommandIgnored");
    paper.baselineReady = true;
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.weights).containsExactly(0, 10, 100, 10, 50, 100);
  }

  @Test
  void aBaselineThatIsBackSoonChangesNothing() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    paper.baselineReady = false;
    paper.turn();
    paper.now = paper.now.plusSeconds(20);
    paper.turn();
    paper.baselineReady = true;
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.weights).containsExactly(0, 10, 50, 100);
  }

  /** One that no client was given yet is no help. */
  @Test
  void aCandidateWithoutRequestsStandsInForNobody() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SHADOWING);
    paper.baselineReady = false;
    for (int i = 0; i < 10; i++) {
      paper.turn();
    }
    assertThat(paper.liveWeight).contains(0);
    assertThat(paper.status().phase()).isNotEqualTo(ReleasePhase.PAUSED);
  }

  /** Such as a node that is drained: no client waits for its answers. */
  @Test
  void aCandidateWithoutRequestsMayGetReadyAgain() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SHADOWING);
    paper.candidateReady = false;
    paper.turn();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.INITIALIZING);
    paper.candidateReady = true;
    paper.until(ReleasePhase.SUCCEEDED);
    assertThat(paper.weights).containsExactly(0, 10, 50, 100);
  }

  /** The cluster learns of the merge before the operator asks for it again. */
  @Test
  void aMergeThatTheSpecShowsIsTheEndOfTheWriteBack() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    paper.edit(GIT, ReleaseOnPaper.NEW);
    paper.until(ReleasePhase.SUCCEEDED);
    assertWritten(paper);
  }

  @Test
  void soIsADenialThatTheSpecShows() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.SHADOWING);
    paper.verdict = dev.modelcompression.api.release.status.Verdict.FAIL;
    paper.until(ReleasePhase.ROLLED_BACK);
    paper.edit(GIT + ", \"denyDigests\": [\"" + ReleaseOnPaper.NEW + "\"]", ReleaseOnPaper.OLD);
    paper.settle();
    assertThat(paper.status().phase()).isEqualTo(ReleasePhase.ROLLED_BACK);
    assertWritten(paper);
  }

  /** Until nothing is written any more, but not longer: then a deadline is next. */
  private static void look(ReleaseOnPaper paper) {
    Instant now = paper.now;
    paper.settle();
    paper.now = now;
  }

  private static void assertWritten(ReleaseOnPaper paper) {
    assertThat(Objects.requireNonNull(paper.status().writeBack()).state())
        .isEqualTo(WriteBackStatus.State.WRITTEN);
    assertThat(paper.condition(Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.FALSE);
    assertThat(Desired.of(paper.release.getSpec(), paper.status()).writing()).isEmpty();
  }

  /** A deadline says nothing of the model. */
  @Test
  void aDeadlineWithoutAVerdictIsNotKeptInGit() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.PROGRESSING);
    paper.measurable = false;
    paper.until(ReleasePhase.ROLLED_BACK);
    paper.settle();
    assertThat(paper.status().failure()).isEqualTo(Reason.PROGRESS_DEADLINE_EXCEEDED);
    assertThat(paper.status().writeBack()).isNull();
    assertThat(paper.status().rejected()).hasSize(1);
  }

  @Test
  void theSameCommandIsTakenAgainWithSomethingBehindIt() {
    ReleaseOnPaper paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.PROGRESSING);
    paper.settleAt(10);
    String run = Objects.requireNonNull(paper.status().runId());
    for (String nonce : new String[] {"/2026-11-28T10:00:00Z", "/2026-11-28T11:00:00Z"}) {
      paper.annotate("pause/" + run + nonce);
      paper.settle();
      assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PAUSED);
      paper.annotate("resume/" + run + nonce);
      paper.turn();
      assertThat(paper.status().phase()).isEqualTo(ReleasePhase.PROGRESSING);
    }
    // Or once it was taken away.
    paper.annotate("pause/" + run);
    paper.settle();
    paper.annotate("resume/" + run);
    paper.turn();
    paper.command = Optional.empty();
    paper.turn();
    paper.annotate("resume/" + run);
    paper.turn();
    assertThat(paper.status().lastHandledCommand()).isEqualTo("resume/" + run);
    assertThat(paper.told()).contains("CommandIgnored");
  }
}
