package dev.modelcompression.operator.release.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.WriteBackReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A run is told about: in the status while it goes on, and by a report when it has ended. */
class ReportingTest {
  private static final String WORKSPACE = "\"workspace\": {\"uri\": \"pvc://work/mc\"}";
  private static final String GIT =
      ", \"writeBack\": {\"repository\": \"https://git/x\", \"path\": \"a.yaml\"}";
  private static final String PAGE = "pvc://work/mc/releases/net/r/release.html";

  @Test
  void historyHasEveryPhaseAndWeight() {
    var paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SUCCEEDED);

    assertThat(paper.status().history())
        .extracting(HistoryEntry::phase, HistoryEntry::weight, HistoryEntry::verdict)
        .startsWith(
            org.assertj.core.groups.Tuple.tuple(ReleasePhase.INITIALIZING, 0, null),
            org.assertj.core.groups.Tuple.tuple(ReleasePhase.SHADOWING, 0, null),
            org.assertj.core.groups.Tuple.tuple(ReleasePhase.PROGRESSING, 10, Verdict.PASS),
            org.assertj.core.groups.Tuple.tuple(ReleasePhase.PROGRESSING, 50, Verdict.PASS),
            org.assertj.core.groups.Tuple.tuple(ReleasePhase.PROGRESSING, 100, Verdict.PASS));
    assertThat(last(paper).phase()).isEqualTo(ReleasePhase.SUCCEEDED);
    assertThat(last(paper).message()).isEqualTo("the candidate serves");
  }

  @Test
  void historyKeepsTheLatestOnly() {
    var paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SHADOWING);
    for (int i = 0; i < HistoryEntry.MAX_ENTRIES; i++) {
      paper.edit("\"suspend\": true", ReleaseOnPaper.OLD);
      paper.until(ReleasePhase.PAUSED);
      paper.edit("\"suspend\": false", ReleaseOnPaper.OLD);
      paper.turn();
    }
    paper.until(ReleasePhase.SUCCEEDED);

    assertThat(paper.status().history()).hasSize(HistoryEntry.MAX_ENTRIES);
    assertThat(last(paper).phase()).isEqualTo(ReleasePhase.SUCCEEDED);
  }

  @Test
  void historyAndReportAreOfOneRun() {
    var paper = rolledBack(WORKSPACE);
    paper.report = written();
    paper.settle();
    paper.verdict = Verdict.PASS;
    paper.annotate("retry/" + paper.status().runId());
    paper.until(ReleasePhase.SHADOWING);

    assertThat(paper.status().history())
        .extracting(HistoryEntry::phase)
        .containsExactly(ReleasePhase.INITIALIZING, ReleasePhase.SHADOWING);
    assertThat(paper.status().report()).isNull();
  }

  @Test
  void withoutWorkspaceThereIsNoReport() {
    var paper = ReleaseOnPaper.usual();
    paper.until(ReleasePhase.SUCCEEDED);
    paper.settle();

    assertThat(paper.status().report()).isNull();
    assertThat(paper.reporting).isFalse();
  }

  @Test
  void aPromotionIsReportedOnce() {
    var paper = new ReleaseOnPaper(WORKSPACE);
    paper.until(ReleasePhase.SUCCEEDED);
    paper.turn();
    assertThat(paper.reporting).isTrue();
    paper.report = written();
    paper.settle();

    assertThat(report(paper).state()).isEqualTo(ReportStatus.State.WRITTEN);
    assertThat(report(paper).uri()).isEqualTo(PAGE);
    assertThat(paper.reporting).as("the Job is not asked for any more").isFalse();
    assertThat(paper.told()).containsOnlyOnce("ReportWritten");
  }

  @Test
  void aReportThatFailsChangesNothingElse() {
    var paper = rolledBack(WORKSPACE);
    var other = rolledBack("");
    paper.report = new Observation.Reported(true, Optional.empty(), "no such bucket");
    paper.settle();
    other.settle();

    assertThat(report(paper).state()).isEqualTo(ReportStatus.State.FAILED);
    assertThat(report(paper).message()).isEqualTo("no such bucket");
    assertThat(paper.told()).containsOnlyOnce("ReportFailed");
    assertThat(paper.phases).isEqualTo(other.phases);
    assertThat(paper.weights).isEqualTo(other.weights);
    assertThat(paper.status().conditions()).isEqualTo(other.status().conditions());
    assertThat(paper.status().message()).isEqualTo(other.status().message());
  }

  @Test
  void aJobThatNeverRunsIsNotWaitedForForEver() {
    var paper = rolledBack(WORKSPACE);
    paper.settle();

    for (int i = 0; i < 5; i++) {
      paper.turn();
    }
    assertThat(report(paper).state()).isEqualTo(ReportStatus.State.FAILED);
    assertThat(paper.reporting).isFalse();
  }

  @Test
  void theCommitIsWaitedForAWhile() {
    var paper = rolledBack(WORKSPACE + GIT);
    Instant ended = Instant.parse(Objects.requireNonNull(paper.status().phaseTime()));
    while (paper.status().report() == null) {
      paper.turn();
    }
    assertThat(Instant.parse(report(paper).time())).isEqualTo(ended.plus(Duration.ofMinutes(1)));

    var quick = rolledBack(WORKSPACE + GIT);
    quick.written =
        Optional.of(
            WriteBackReport.done(
                WriteBackReport.Result.COMMITTED, "done", "a".repeat(40), "main", null));
    ended = Instant.parse(Objects.requireNonNull(quick.status().phaseTime()));
    while (quick.status().report() == null) {
      quick.turn();
    }
    assertThat(Instant.parse(report(quick).time())).isBefore(ended.plus(Duration.ofMinutes(1)));
  }

  @Test
  void aModelThatIsRefusedAtOnceHasNoReport() {
    var paper =
        new ReleaseOnPaper(WORKSPACE + ", \"denyDigests\": [\"" + ReleaseOnPaper.NEW + "\"]");
    paper.until(ReleasePhase.ROLLED_BACK);
    paper.settle();

    assertThat(paper.status().report()).isNull();
  }

  private static ReleaseOnPaper rolledBack(String more) {
    var paper = new ReleaseOnPaper(more);
    paper.until(ReleasePhase.PROGRESSING);
    paper.verdict = Verdict.FAIL;
    paper.until(ReleasePhase.ROLLED_BACK);
    return paper;
  }

  private static Observation.Reported written() {
    return new Observation.Reported(true, Optional.of(PAGE), "3 of 3 measurements");
  }

  private static ReportStatus report(ReleaseOnPaper paper) {
    return Objects.requireNonNull(paper.status().report());
  }

  private static HistoryEntry last(ReleaseOnPaper paper) {
    List<HistoryEntry> all = paper.status().history();
    return all.get(all.size() - 1);
  }
}
