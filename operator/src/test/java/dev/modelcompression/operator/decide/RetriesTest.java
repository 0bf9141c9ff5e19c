package dev.modelcompression.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ExitCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows an attempt that ended badly, or whose pods the cluster takes away. */
class RetriesTest {
  private static final String STEPS = "  steps: [{name: optimize, optimize: {}, retries: 9}]\n";

  @Test
  void theNextAttemptWaitsTwiceAsLongEachTime() {
    RunOnPaper run = begun(Duration.ofSeconds(10));
    for (int attempt = 1; attempt <= 3; attempt++) {
      run.end(pod -> RunOnPaper.exits(ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED));
      long pause = 10L << (attempt - 1);
      assertThat(run.reconcile().again()).contains(Duration.ofSeconds(pause));
      assertThat(reason(run)).isEqualTo(Reason.RETRYING);
      assertThat(run.status().phase()).isEqualTo(Phase.RUNNING);
      ModelCompressionStatus told = run.status();
      run.now = run.now.plusSeconds(pause - 1);
      assertThat(run.reconcile().again()).contains(Duration.ofSeconds(1));
      assertThat(run.status()).as("waiting writes nothing").isEqualTo(told);
      run.now = run.now.plusSeconds(1);
      run.reconcile();
      assertThat(step(run).attempt()).isEqualTo(attempt + 1);
      assertThat(step(run).waitingSince()).isNull();
      assertThat(reason(run)).isEqualTo(Reason.STEP_RUNNING);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 10", "3, 20", "6, 160", "7, 300", "30, 300"})
  void aPauseHasALimit(int attempt, long seconds) {
    RunOnPaper run = begun(Duration.ofSeconds(10));
    run.end(pod -> RunOnPaper.exits(ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED));
    run.reconcile();
    Waits waits = new Waits(run.settings, run.now);
    assertThat(waits.pause(step(run), attempt)).hasSeconds(seconds);
  }

  /** Such as that of the next leader. */
  @Test
  void aClockThatWasPutBackMakesNoPauseLonger() {
    RunOnPaper run = begun(Duration.ofSeconds(10));
    run.end(pod -> RunOnPaper.exits(ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED));
    run.reconcile();
    run.now = run.now.minus(Duration.ofDays(1));
    assertThat(run.reconcile().again()).contains(Duration.ofSeconds(10));
  }

  /** More memory is what it needs. */
  @Test
  void oneThatRanOutOfMemoryIsFollowedAtOnce() {
    RunOnPaper run = begun(Duration.ofSeconds(10));
    run.end(pod -> RunOnPaper.exits(ExitCode.KILLED, Reason.STEP_OOM));
    run.reconcile();
    assertThat(step(run).attempt()).isEqualTo(2);
    assertThat(step(run).oomKills()).isOne();
  }

  /** The pause is told in the status, so whoever comes after a crash waits for the rest of it. */
  @Test
  void suspensionGoesBeforeThePause() {
    RunOnPaper run = begun(Duration.ofSeconds(10));
    run.end(pod -> RunOnPaper.exits(ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED));
    run.reconcile();
    run.edit(STEPS + "  suspend: true\n");
    run.now = run.now.plusSeconds(60);
    run.reconcile();
    assertThat(run.status().phase()).isEqualTo(Phase.SUSPENDED);
    run.edit(STEPS);
    run.reconcile();
    assertThat(step(run).attempt()).isEqualTo(2);
  }

  /** A drain deletes the pod that it takes away: at the next one, there is one again. */
  @Test
  void podsThatAreTakenAwayAreCountedThoughTheyAreGone() {
    RunOnPaper run = begun(Duration.ZERO);
    for (List<String> seen :
        List.of(List.of("a"), List.of("a"), List.of("b"), List.of("b", "c"), List.<String>of())) {
      run.disrupted = seen;
      run.hold(null);
      run.reconcile();
    }
    assertThat(step(run).disruptions()).isEqualTo(3);
    assertThat(step(run).attempt()).isOne();
  }

  @Test
  void oneThatIsTakenAwayTenTimesIsGivenUp() {
    RunOnPaper run = begun(Duration.ZERO);
    for (int i = 1; i <= 10; i++) {
      assertThat(run.status().phase()).isEqualTo(Phase.RUNNING);
      run.disrupted = List.of("pod-" + i);
      run.hold(null);
      run.reconcile();
    }
    assertThat(run.status().phase()).isEqualTo(Phase.FAILED);
    assertThat(reason(run)).isEqualTo(Reason.DISRUPTED);
    assertThat(run.status().message()).contains("10 times");
    run.reconcile();
    assertThat(run.deleted).hasSize(1);
  }

  /** Another default is for runs that begin. */
  @Test
  void anotherNumberOfThreadsStartsNothingAnew() {
    RunOnPaper run = begun(Duration.ZERO);
    run.end(RunOnPaper::sound);
    run.reconcile();
    ModelCompressionStatus end = run.status();
    assertThat(end.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(end.threads()).isEqualTo(2);
    run.settings = RunOnPaper.settings(Duration.ZERO, 4);
    run.reconcile();
    assertThat(run.status()).isEqualTo(end);
    run.edit(STEPS + "  podTemplate: {resources: {limits: {cpu: 3}}}\n");
    run.reconcile();
    assertThat(run.status().threads()).as("asked for by the user").isEqualTo(3);
    assertThat(run.status().runId()).isNotEqualTo(end.runId());
  }

  /** With the first step at work. */
  private static RunOnPaper begun(Duration retryBackoff) {
    RunOnPaper run = new RunOnPaper(STEPS);
    run.settings = RunOnPaper.settings(retryBackoff, 2);
    run.reconcile();
    run.end(RunOnPaper::sound);
    run.reconcile();
    return run;
  }

  private static StepStatus step(RunOnPaper run) {
    return run.status().steps().get(1);
  }

  private static Reason reason(RunOnPaper run) {
    return run.status().conditions().get(0).reason();
  }
}
