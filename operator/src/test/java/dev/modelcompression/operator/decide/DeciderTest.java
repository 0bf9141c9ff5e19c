package dev.modelcompression.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.operator.TestSettings;
import dev.modelcompression.operator.job.AttemptPod;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Refusals;
import dev.modelcompression.operator.observe.Silence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeciderTest {
  private static final String STEPS =
      """
        steps:
        - {name: optimize, optimize: {}}
        - {name: quantize, resources: {limits: {memory: 1Gi}}, quantize: {}}
        - {name: evaluate, evaluate: {}}
      """;

  @Test
  void asksForTheInputsFirstAndThenRunsTheStepsInOrder() {
    RunOnPaper run = new RunOnPaper(STEPS);
    run.reconcile();
    AttemptPod inputs = run.pods.values().iterator().next();
    assertThat(inputs.command()).isEqualTo("inputs");
    assertThat(inputs.claims()).isEqualTo(Map.of("models", true));
    assertThat(run.status().phase()).isEqualTo(Phase.PENDING);
    drive(run);
    assertThat(run.status().phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(run.pods.values())
        .extracting(AttemptPod::step)
        .containsExactly("inputs", "optimize", "quantize", "evaluate");
  }

  @Test
  void aStepGetsItsInputsFromWhereTheStepBeforePutThem() {
    RunOnPaper run = new RunOnPaper(STEPS);
    drive(run);
    AttemptPod quantize = pod(run, "quantize");
    StepRequest request = ContractJson.readRequest(quantize.request());
    String key = entry(run, "optimize").key();
    assertThat(request.input("model").uri()).isEqualTo("pvc://work/net/steps/" + key + "/model");
    assertThat(request.output()).isEqualTo("pvc://work/net/steps/" + entry(run, "quantize").key());
    assertThat(request.threads()).isEqualTo(2);
    assertThat(request.step().resources()).isNull();
    assertThat(quantize.claims()).isEqualTo(Map.of("work", false));
  }

  /** Whatever is forgotten on the way: a write of the status, or the operator itself. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aStatusThatWasNotWrittenChangesNothing(int every) {
    RunOnPaper undisturbed = new RunOnPaper(STEPS);
    drive(undisturbed);
    RunOnPaper run = new RunOnPaper(STEPS);
    for (int i = 0; i < 40; i++) {
      Course course = run.decide();
      Standing standing = run.act(course);
      if (i % (every + 1) == 0) {
        run.write(course, standing);
      }
      if (i % 2 == 1) {
        run.end(RunOnPaper::sound);
      }
    }
    assertThat(run.jobs.keySet()).isEqualTo(undisturbed.jobs.keySet());
    assertThat(run.status().result()).isEqualTo(undisturbed.status().result());
    assertThat(run.status().phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void nothingIsSaidTwice() {
    RunOnPaper run = new RunOnPaper(STEPS);
    drive(run);
    ModelCompressionStatus status = run.status();
    run.now = run.now.plus(Duration.ofDays(1));
    run.jobs.clear();
    assertThat(run.reconcile().again()).isEmpty();
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.jobs).isEmpty();
  }

  @Test
  void anOperatorWithAnotherImageLeavesRunsAsTheyAre() {
    RunOnPaper run = new RunOnPaper(STEPS);
    drive(run);
    var other =
        new dev.modelcompression.operator.Settings(
            "other@sha256:2",
            "",
            "Always",
            2,
            "1Gi",
            "2Gi",
            "1Gi",
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ZERO,
            Duration.ofHours(24),
            true,
            "Always",
            List.of(),
            65532L);
    Course course = Decider.decide(run.compression, List.of(), other, run.now);
    assertThat(course.start()).isEmpty();
    assertThat(course.standing().state()).isEqualTo(Standing.State.SUCCEEDED);
  }

  @Test
  void anEditThatDecidesTheResultStartsAnotherRunOnceTheOldHasStopped() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    String first = run.status().runId();
    run.edit(STEPS + "  seed: 9\n");
    run.reconcile();
    assertThat(run.status().conditions().get(0).reason()).isEqualTo(Reason.STOPPING_OLD_RUN);
    assertThat(run.deleted).anyMatch(job -> job.contains("optimize"));
    run.reconcile();
    assertThat(run.status().runId()).isNotEqualTo(first);
    assertThat(run.status().steps())
        .extracting(StepStatus::name)
        .containsExactly("inputs", "optimize");
  }

  @Test
  void anEditThatOnlyAClusterLooksAtStartsNothingAnew() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    String first = run.status().runId();
    run.edit(STEPS + "  podTemplate: {nodeSelector: {a: b}}\n");
    drive(run);
    assertThat(run.status().runId()).isEqualTo(first);
    assertThat(run.status().observedGeneration()).isEqualTo(2);
    assertThat(run.deleted).isEmpty();
  }

  @Test
  void anyEditLetsAFailedRunTryAgain() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    run.end(pod -> RunOnPaper.exits(ExitCode.BAD_INPUT, Reason.BAD_INPUT));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.BAD_INPUT);
    run.edit(STEPS + "  podTemplate: {nodeSelector: {a: b}}\n");
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
  }

  @Test
  void inputsThatCannotBeReadEndTheRunAndAreReadAgainAfterAnEdit() {
    RunOnPaper run = new RunOnPaper(STEPS);
    run.reconcile();
    run.end(pod -> RunOnPaper.exits(ExitCode.BAD_INPUT, Reason.BAD_INPUT));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.BAD_INPUT);
    assertThat(run.reconcile().again()).isEmpty();
    assertThat(run.jobs).hasSize(1);
    run.edit(STEPS + "  podTemplate: {nodeSelector: {a: b}}\n");
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
  }

  /** Such as a store that wants credentials, which the edit gives. */
  @Test
  void inputsThatWereTriedOftenEnoughAreReadAgainAfterAnEdit() {
    RunOnPaper run = new RunOnPaper(STEPS);
    for (int i = 0; i < 4; i++) {
      run.reconcile();
      run.end(pod -> RunOnPaper.exits(ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED));
    }
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.RETRIES_EXHAUSTED);
    run.edit(STEPS + "  podTemplate: {nodeSelector: {a: b}}\n");
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
  }

  /** The operator may have been upgraded meanwhile. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anImpossibleEditIsForgottenOnceItIsTakenBack(boolean ended) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    if (ended) {
      drive(run);
    }
    String runId = run.status().runId();
    int pods = run.pods.size();
    run.edit(STEPS);
    refuse(run);
    assertEnd(run, Phase.FAILED, Reason.INVALID_SPEC);
    run.settings = TestSettings.of("MC_STEP_IMAGE=another@sha256:1");
    run.edit(STEPS);
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
    assertThat(run.status().runId()).isEqualTo(runId);
    assertThat(run.pods).hasSize(ended ? pods : pods + 1);
  }

  /** Without an edit: an operator of another version could not read it for a while. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatCouldNotBeReadForAWhileGoesOnWhereItWas(boolean ended) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    if (ended) {
      drive(run);
    }
    String runId = run.status().runId();
    int pods = run.pods.size();
    refuse(run);
    assertEnd(run, Phase.FAILED, Reason.INVALID_SPEC);
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
    assertThat(run.status().runId()).isEqualTo(runId);
    assertThat(run.status().result()).isNotNull();
    assertThat(run.pods).as("nothing is done twice").hasSize(ended ? pods : pods + 1);
  }

  private static void refuse(RunOnPaper run) {
    Course course =
        Decider.unreadable(
            run.compression, List.copyOf(run.jobs.values()), run.settings, "why", run.now);
    run.write(course, run.act(course));
  }

  @Test
  void inputsThatAreNotThoseAskedForAreNoResult() {
    RunOnPaper run = new RunOnPaper(STEPS);
    for (int i = 0; i < 10; i++) {
      run.reconcile();
      run.end(
          pod ->
              new dev.modelcompression.operator.observe.Ending(
                  ExitCode.DONE, 0, null, "", Map.of(), Map.of()));
    }
    assertEnd(run, Phase.FAILED, Reason.RESULT_INVALID);
    assertThat(run.jobs).hasSize(4);
  }

  @Test
  void suspendStopsWhatRunsAndResumeIsTheSameAttempt() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    run.edit(STEPS + "  suspend: true\n");
    run.reconcile();
    assertThat(run.status().phase()).isEqualTo(Phase.SUSPENDED);
    assertThat(run.deleted).hasSize(1);
    assertThat(run.reconcile().again()).isEmpty();
    run.edit(STEPS);
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
    assertThat(entry(run, "quantize").attempt()).isEqualTo(1);
  }

  @Test
  void memoryIsRaisedAndAtTheCapThereIsNoOtherAttempt() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    for (int i = 0; i < 6; i++) {
      run.end(pod -> RunOnPaper.exits(ExitCode.KILLED, Reason.STEP_OOM));
      run.reconcile();
    }
    assertEnd(run, Phase.FAILED, Reason.STEP_OOM);
    assertThat(run.pods.values())
        .filteredOn(pod -> pod.step().equals("quantize"))
        .extracting(AttemptPod::oomKills)
        .containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"IMAGE_PULL_FAILED", "POD_START_FAILED", "POD_ADMISSION_FAILED"})
  void whatDoesNotStartInTimeFailsAndItsJobGoesOnceThatIsWritten(Reason reason) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    run.hold(reason);
    Standing standing = run.reconcile();
    assertThat(run.status().phase()).isEqualTo(Phase.QUEUED);
    assertThat(standing.again()).contains(Duration.ofMinutes(5));
    run.now = run.now.plus(Duration.ofMinutes(5));
    assertThat(run.reconcile().again()).contains(Duration.ZERO);
    assertEnd(run, Phase.FAILED, reason);
    assertThat(run.deleted).isEmpty();
    run.reconcile();
    assertThat(run.deleted).hasSize(1);
  }

  /** Only its Events tell that a volume is missing, and no change of the pod that it is there. */
  @Test
  void aPodThatSaysNothingIsAskedAboutUntilItStartsOrItsTimeIsUp() {
    RunOnPaper run = new RunOnPaper(STEPS);
    run.silence = Optional.of(new Silence("pod-uid", null));
    reach(run, "optimize");
    assertThat(run.reconcile().again()).contains(RunOnPaper.SETTINGS.noPodGrace());
    run.hold(Reason.POD_START_FAILED);
    assertThat(run.reconcile().again()).contains(Duration.ofSeconds(30));
    run.now = run.now.plus(Duration.ofSeconds(290));
    assertThat(run.reconcile().again()).contains(Duration.ofSeconds(10));
    run.silence = Optional.empty();
    run.hold(null);
    assertThat(run.reconcile().again()).isEmpty();
    run.silence = Optional.of(new Silence("pod-uid", null));
    run.hold(Reason.POD_START_FAILED);
    run.reconcile();
    run.now = run.now.plus(Duration.ofMinutes(5));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.POD_START_FAILED);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"QUEUED", "UNSCHEDULABLE", "QUOTA_EXCEEDED"})
  void whatWaitsForRoomWaitsForAsLongAsItTakes(Reason reason) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    run.hold(reason);
    run.reconcile();
    run.now = run.now.plus(Duration.ofDays(30));
    run.reconcile();
    assertThat(run.status().phase()).isEqualTo(Phase.QUEUED);
    run.hold(null);
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
  }

  /** Room for less, a toleration, a pull secret: the edit is for the pod that cannot start. */
  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {
        "QUEUED",
        "UNSCHEDULABLE",
        "QUOTA_EXCEEDED",
        "IMAGE_PULL_FAILED",
        "POD_START_FAILED",
        "POD_ADMISSION_FAILED"
      })
  void aPodThatWaitsIsMadeAgainAsItIsAskedForNow(Reason reason) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    String name = List.copyOf(run.jobs.keySet()).get(run.jobs.size() - 1);
    run.hold(reason);
    run.reconcile();
    run.edit(STEPS + "  ttlAfterFinished: 1h\n");
    run.reconcile();
    assertThat(run.deleted).as("the same pod").isEmpty();
    run.edit(STEPS + "  podTemplate: {nodeSelector: {a: b}}\n");
    String before = run.digests.get(name);
    run.reconcile();
    assertThat(run.deleted).containsExactly(name);
    assertThat(run.status().message()).contains("made again");
    run.reconcile();
    assertThat(run.digests.get(name)).isNotEqualTo(before);
    assertThat(entry(run, "optimize").attempt()).isEqualTo(1);
    assertThat(entry(run, "optimize").state()).isEqualTo(StepStatus.State.RUNNING);
    drive(run);
    assertEnd(run, Phase.SUCCEEDED, Reason.SUCCEEDED);
  }

  /** Another operator asks for other pods: what waits for want of an image is helped by that. */
  @ParameterizedTest
  @CsvSource({"IMAGE_PULL_FAILED, 1", "QUEUED, 0"})
  void otherSettingsAreNoReasonToGiveUpAPlaceInAQueue(Reason reason, int deleted) {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "optimize");
    run.hold(reason);
    run.reconcile();
    run.settings = RunOnPaper.settings(Duration.ofSeconds(1), 7);
    run.reconcile();
    assertThat(run.deleted).hasSize(deleted);
  }

  @Test
  void aRefusedJobIsTriedAgainAndThenGivenUp() {
    RunOnPaper run = new RunOnPaper(STEPS);
    Refusals.Refusal refusal = Refusals.of("pods \"x\" is forbidden: violates PodSecurity");
    Course course = run.decide();
    Standing standing = new Begun.Refused(refusal).settle(course, RunOnPaper.SETTINGS, run.now);
    run.write(course, standing);
    assertThat(standing.again()).contains(Duration.ofSeconds(30));
    assertThat(run.status().conditions().get(0).reason()).isEqualTo(Reason.POD_ADMISSION_FAILED);
    run.now = run.now.plus(Duration.ofMinutes(6));
    course = run.decide();
    run.write(course, new Begun.Refused(refusal).settle(course, RunOnPaper.SETTINGS, run.now));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.POD_ADMISSION_FAILED);
  }

  @Test
  void aNameThatAnotherHasEndsTheRun() {
    RunOnPaper run = new RunOnPaper(STEPS);
    Course course = run.decide();
    run.write(course, new Begun.Foreign("net-inputs").settle(course, RunOnPaper.SETTINGS, run.now));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.NAME_CONFLICT);
    assertThat(run.status().message()).contains("net-inputs");
  }

  @Test
  void aJobThatTheStatusKnowsToHaveEndedIsNotLookedAtAgain() {
    RunOnPaper run = new RunOnPaper(STEPS);
    reach(run, "quantize");
    ModelCompressionStatus before = run.status();
    run.jobs.replaceAll(
        (name, job) ->
            job.step().equals("optimize")
                ? new ObservedJob(
                    name,
                    job.uid(),
                    job.version(),
                    job.run(),
                    job.trial(),
                    job.step(),
                    job.attempt(),
                    job.created(),
                    job.created(),
                    job.podDigest(),
                    false,
                    1,
                    List.of(),
                    ObservedJob.State.ENDED,
                    null,
                    "",
                    Optional.of(RunOnPaper.exits(ExitCode.BAD_INPUT, Reason.BAD_INPUT)),
                    Optional.empty())
                : job);
    run.reconcile();
    assertThat(run.status()).isEqualTo(before);
  }

  @Test
  void onlyTheLastEvaluateKeepsItsNumbersAndOnlyThoseOfGates() {
    RunOnPaper run =
        new RunOnPaper(
            """
              steps:
              - {name: first, evaluate: {}}
              - {name: optimize, optimize: {}}
              - {name: second, evaluate: {}}
              gates:
              - {metric: top1, min: 0.1}
            """);
    drive(run);
    assertThat(entry(run, "first").metrics()).isEmpty();
    assertThat(entry(run, "second").metrics()).containsOnlyKeys("original.top1", "result.top1");
    assertThat(run.status().accuracyDrop()).isEqualTo("0.1");
  }

  @Test
  void aSpecThatNoClusterCanRunSaysAllThatIsWrong() {
    RunOnPaper run = new RunOnPaper(STEPS + "  tuning: {maxTrials: 16}\n");
    run.compression.getMetadata().setName("a.b");
    run.compression.setSpec(
        RunOnPaper.spec(
            STEPS.replace("optimize: {}", "optimize: {}") + "  tuning: {maxTrials: 16}\n"));
    run.reconcile();
    assertEnd(run, Phase.FAILED, Reason.INVALID_SPEC);
    assertThat(run.status().message()).contains("metadata.name");
    assertThat(run.jobs).isEmpty();
  }

  @Test
  void timeToLiveBeginsAtTheEnd() {
    RunOnPaper run = new RunOnPaper(STEPS + "  ttlAfterFinished: 1h\n");
    run.reconcile();
    assertThat(ttl(run)).isEmpty();
    drive(run);
    assertThat(ttl(run)).contains(Duration.ofHours(1));
    run.now = run.now.plus(Duration.ofHours(2));
    assertThat(ttl(run)).contains(Duration.ZERO);
  }

  private static Optional<Duration> ttl(RunOnPaper run) {
    return Decider.timeToLive(run.compression, run.status(), run.now);
  }

  /** Reconciles and ends Jobs until nothing more happens. */
  private static void drive(RunOnPaper run) {
    for (int i = 0; i < 20; i++) {
      run.reconcile();
      run.end(RunOnPaper::sound);
    }
    run.reconcile();
  }

  /** Goes on until that step runs. */
  private static void reach(RunOnPaper run, String step) {
    run.reconcile();
    while (run.status().steps().stream().noneMatch(s -> s.name().equals(step))) {
      run.end(RunOnPaper::sound);
      run.reconcile();
    }
  }

  private static AttemptPod pod(RunOnPaper run, String step) {
    return run.pods.values().stream().filter(p -> p.step().equals(step)).findFirst().orElseThrow();
  }

  private static StepStatus entry(RunOnPaper run, String step) {
    return run.status().steps().stream()
        .filter(s -> s.name().equals(step))
        .findFirst()
        .orElseThrow();
  }

  private static void assertEnd(RunOnPaper run, Phase phase, Reason reason) {
    assertThat(run.status().phase()).as("%s", run.status()).isEqualTo(phase);
    assertThat(run.status().conditions()).extracting(Condition::reason).containsOnly(reason);
  }
}
