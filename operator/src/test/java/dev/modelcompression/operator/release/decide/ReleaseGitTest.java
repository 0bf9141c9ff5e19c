package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.WriteBackReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written to Git, and what waits for it. */
class ReleaseGitTest {
  private static final String GIT =
      "\"writeBack\": {\"repository\": \"https://git.example.com/f.git\", \"path\": \"m.yaml\"}";

  /** The merge of what was written to Git is no second release. */
  @Test
  void waitsForGitAndConvergesWithoutASecondRun() {
    ReleaseOnPaper paper = new ReleaseOnPaper(GIT);
    paper.until(ReleasePhase.AWAITING_GIT);
    String run = Objects.requireNonNull(paper.status().runId());
    assertThat(paper.condition(Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
    assertThat(paper.condition(Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
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
    assertThat(paper.condition(Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.FALSE);
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
    assertThat(paper.condition(Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
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
      assertThat(paper.condition(Condition.Type.GIT_OUT_OF_DATE)).isEqualTo(Condition.Status.TRUE);
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
}
