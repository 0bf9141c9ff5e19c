package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.cluster.Writes;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on a real API server and etcd; a test stands in for nodes. */
class OperatorIT {
  private static final Map<String, Double> INACCURATE = inaccurate();

  @Test
  void runsEveryStepToTheEnd() {
    try (Scene scene = new Scene(OperatorIT::sound)) {
      Writes writes = Writes.counted();
      scene.start(writes);
      scene.apply(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(status.sizeRatio()).isEqualTo("0.25");
      assertThat(status.latencyRatio()).isEqualTo("0.5");
      assertThat(status.accuracyDrop()).isEqualTo("0.002");
      assertThat(status.result()).isNotNull();
      assertThat(status.inputs()).isNotNull();
      assertThat(condition(status, Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
      assertThat(scene.podsByJob()).hasSize(4).allSatisfy((job, pods) -> assertThat(pods).isOne());
      // A create for each Job, and a status for each of them and for the end.
      assertThat(writes.seen()).hasSize(4 + 5);
      assertThat(events(scene))
          .containsOnlyOnce("Normal Succeeded", "Normal RunStarted")
          .contains("Normal StepSucceeded");
    }
  }

  @Test
  void aGateThatFailsStartsAnotherTrialAndTheBestEffortIsKept() {
    try (Scene scene = new Scene(job -> Behaviour.sound(job, INACCURATE))) {
      scene.start();
      scene.apply(Scene.STEPS, "  tuning: {maxTrials: 2}\n");
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.GATE_FAILED);
      assertThat(status.trials()).hasSize(2).noneMatch(trial -> trial.passed());
      assertThat(status.gates())
          .singleElement()
          .satisfies(
              gate -> {
                assertThat(gate.passed()).isFalse();
                assertThat(gate.value()).isEqualTo("0.1");
              });
      assertThat(status.message()).contains("top1 maxDrop 0.01: 0.1, missed by 0.09");
      assertThat(status.result()).isNotNull();
      assertThat(condition(status, Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
      assertThat(events(scene)).contains("Normal TrialStarted", "Warning GateFailed");
    }
  }

  @Test
  void anEndThatMayPassIsTriedAgain() {
    try (Scene scene =
        new Scene(
            job ->
                isAttempt(job, "optimize", 1)
                    ? Behaviour.exits(ExitCode.TRY_AGAIN, "no store")
                    : sound(job))) {
      scene.start();
      scene.apply(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(step(status, "optimize").attempt()).isEqualTo(2);
      assertThat(events(scene)).contains("Warning StepRetried");
    }
  }

  @Test
  void aStepThatWantsMemoryGetsMoreUpToTheCap() {
    Map<Integer, String> memory = new TreeMap<>();
    try (Scene scene =
        new Scene(
            job -> {
              if (!isStep(job, "optimize")) {
                return sound(job);
              }
              memory.put(
                  Integer.valueOf(job.getMetadata().getLabels().get(Labels.ATTEMPT)),
                  String.valueOf(limits(job).get("memory")));
              return Behaviour.OOM;
            })) {
      scene.start();
      scene.apply(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.STEP_OOM);
      assertThat(memory)
          .containsExactly(Map.entry(1, "1Gi"), Map.entry(2, "1536Mi"), Map.entry(3, "2Gi"));
      assertThat(step(status, "optimize").oomKills()).isEqualTo(3);
    }
  }

  @Test
  void aResultThatCannotBeReadIsNoResult() {
    List<String> garbage = List.of("", "{\"version\":\"v1\"", "\u001b[31m{}", "x".repeat(4096));
    try (Scene scene =
        new Scene(
            job ->
                isStep(job, "optimize")
                    ? Behaviour.leaves(
                        garbage.get(
                            Integer.parseInt(job.getMetadata().getLabels().get(Labels.ATTEMPT))
                                - 1))
                    : sound(job))) {
      scene.start();
      scene.apply(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.RESULT_INVALID);
      assertThat(step(status, "optimize").attempt()).isEqualTo(4);
      assertThat(status.message()).doesNotContain("\u001b");
    }
  }

  @Test
  void aJobThatBelongsToAnotherIsLeftAlone() {
    Script script = new Script(OperatorIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      String first =
          String.valueOf(
              step(scene.awaitStatus(status -> isRunning(status, "optimize")), "optimize").job());
      String foreign = first.replaceFirst("a1$", "a2");
      create(scene, foreign(foreign));
      script.become(
          job ->
              isStep(job, "optimize")
                  ? Behaviour.exits(ExitCode.TRY_AGAIN, "no store")
                  : sound(job));
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.NAME_CONFLICT);
      Job found =
          scene.client().batch().v1().jobs().inNamespace(scene.namespace()).withName(foreign).get();
      assertThat(found).isNotNull();
      assertThat(found.getMetadata().getDeletionTimestamp()).isNull();
      assertThat(found.getMetadata().getOwnerReferences()).isEmpty();
    }
  }

  @Test
  void anEditedSpecStopsTheRunAndStartsAnother() {
    Script script = new Script(OperatorIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      String first = scene.awaitStatus(status -> isRunning(status, "optimize")).runId();
      scene.edit(Scene.STEPS, "  seed: 9\n");
      ModelCompressionStatus second =
          scene.awaitStatus(
              status -> isRunning(status, "optimize") && !Objects.equals(status.runId(), first));
      script.become(OperatorIT::sound);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(status.runId()).isEqualTo(second.runId());
      assertThat(jobs(scene))
          .allSatisfy(
              job -> assertThat(job.getMetadata().getLabels().get(Labels.RUN)).isNotEqualTo(first));
      assertThat(events(scene)).contains("Normal RunSuperseded");
    }
  }

  @Test
  void suspendStopsPodsAndResumeGoesOnWithTheSameAttempt() {
    Script script = new Script(OperatorIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      scene.awaitStatus(status -> isRunning(status, "optimize"));
      scene.edit(Scene.STEPS, "  suspend: true\n");
      ModelCompressionStatus held = scene.awaitStatus(s -> s.phase() == Phase.SUSPENDED);
      assertThat(condition(held, Condition.Type.RECONCILING)).isEqualTo(Condition.Status.FALSE);
      Await.until(
          "the Job is gone", () -> jobs(scene).stream().noneMatch(job -> isStep(job, "optimize")));
      script.become(OperatorIT::sound);
      scene.edit(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(step(status, "optimize").attempt()).isEqualTo(1);
    }
  }

  @Test
  void aLostJobIsMadeAgainOnceItsPodHasGone() {
    Script script = new Script(OperatorIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      String job =
          String.valueOf(step(scene.awaitStatus(s -> isRunning(s, "optimize")), "optimize").job());
      Await.until("the pod is there", () -> scene.podsByJob().containsKey(job));
      scene
          .client()
          .batch()
          .v1()
          .jobs()
          .inNamespace(scene.namespace())
          .withName(job)
          .withPropagationPolicy(DeletionPropagation.BACKGROUND)
          .delete();
      Await.until(
          "the Job is gone", () -> jobs(scene).stream().noneMatch(j -> isStep(j, "optimize")));
      scene.awaitStatus(
          status ->
              status.conditions().get(0).reason() == Reason.STOPPING_OLD_RUN
                  && status.message() != null
                  && status.message().contains(job));
      script.become(OperatorIT::sound);
      scene
          .client()
          .pods()
          .inNamespace(scene.namespace())
          .withLabel("batch.kubernetes.io/job-name", job)
          .withGracePeriod(0)
          .delete();
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(step(status, "optimize").attempt()).isEqualTo(1);
      assertThat(scene.podsByJob()).containsEntry(job, 2);
    }
  }

  /** By its labels a Job is watched, and known for what it is. */
  @ParameterizedTest
  @ValueSource(strings = {"app.kubernetes.io/managed-by", "modelcompression.dev/attempt"})
  void aJobWhoseLabelsSomebodyChangesIsMadeAgain(String label) {
    Script script = new Script(OperatorIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      String job =
          String.valueOf(step(scene.awaitStatus(s -> isRunning(s, "optimize")), "optimize").job());
      Await.until("the pod is there", () -> scene.podsByJob().containsKey(job));
      scene
          .client()
          .batch()
          .v1()
          .jobs()
          .inNamespace(scene.namespace())
          .withName(job)
          .edit(
              found ->
                  new JobBuilder(found)
                      .editMetadata()
                      .addToLabels(label, "7")
                      .endMetadata()
                      .build());
      script.become(OperatorIT::sound);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(step(status, "optimize").attempt()).isEqualTo(1);
    }
  }

  /** Such as too large a number of a step image of the user's: the status is written without. */
  @Test
  void numbersThatNobodyMeasuresHoldUpNothing() {
    Map<String, Double> strange =
        Map.of(
            "original.top1", 1.7e308,
            "result.top1", -1.7e308,
            "original.sizeBytes", 1.0,
            "result.sizeBytes", 1e-40);
    try (Scene scene = new Scene(job -> Behaviour.sound(job, strange))) {
      scene.start();
      scene.apply(Scene.STEPS);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.GATE_FAILED);
      assertThat(status.accuracyDrop()).isNull();
    }
  }

  @Test
  void anImageThatCannotBePulledIsWaitedForAndThenGivenUp() {
    try (Scene scene =
        new Scene(
            job ->
                isStep(job, "optimize")
                    ? Behaviour.waits("ImagePullBackOff", "no such image")
                    : sound(job))) {
      scene.start();
      scene.apply(Scene.STEPS);
      scene.awaitStatus(
          status ->
              status.phase() == Phase.QUEUED
                  && status.conditions().get(0).reason() == Reason.IMAGE_PULL_FAILED);
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertEnd(status, Phase.FAILED, Reason.IMAGE_PULL_FAILED);
      assertThat(step(status, "optimize").attempt()).isEqualTo(1);
      Await.until(
          "its Job is gone", () -> jobs(scene).stream().noneMatch(j -> isStep(j, "optimize")));
    }
  }

  @Test
  void aSpecThatCannotRunSaysWhyAndRunsOnceItIsEdited() {
    try (Scene scene = new Scene(OperatorIT::sound)) {
      scene.start();
      scene.apply(
          "  steps:\n  - {name: prune, prune: {iterations: 2}}\n  - {name: tune, fineTune: {}}\n  - {name: tune-1, analyze: {}}\n");
      ModelCompressionStatus bad = scene.awaitEnd().getStatus();
      assertEnd(bad, Phase.FAILED, Reason.INVALID_SPEC);
      assertThat(bad.message()).contains("rounds will be called tune-1");
      assertThat(scene.podsByJob()).isEmpty();
      scene.edit(Scene.STEPS);
      assertEnd(scene.awaitEnd().getStatus(), Phase.SUCCEEDED, Reason.SUCCEEDED);
    }
  }

  @Test
  void jobsAndPodsOfOthersWithOurLabelsChangeNothing() {
    try (Scene scene = new Scene(OperatorIT::sound)) {
      Job garbage = foreign("garbage");
      garbage
          .getMetadata()
          .setLabels(
              Map.of(
                  Labels.MANAGED_BY, Labels.OPERATOR,
                  Labels.NAME, Scene.NAME,
                  Labels.RUN, "x",
                  Labels.STEP, "optimize",
                  Labels.TRIAL, "many",
                  Labels.ATTEMPT, "first"));
      garbage.getSpec().setSuspend(true);
      create(scene, garbage);
      scene.start();
      scene.apply(Scene.STEPS);
      assertEnd(scene.awaitEnd().getStatus(), Phase.SUCCEEDED, Reason.SUCCEEDED);
      assertThat(jobs(scene)).anyMatch(job -> job.getMetadata().getName().equals("garbage"));
    }
  }

  @Test
  void aFinishedCompressionIsDeletedAfterItsTime() {
    try (Scene scene = new Scene(OperatorIT::sound)) {
      scene.start();
      scene.apply(Scene.STEPS, "  ttlAfterFinished: 1s\n");
      Await.until(
          "it is gone",
          () ->
              scene
                  .client()
                  .resources(ModelCompression.class)
                  .inNamespace(scene.namespace())
                  .list()
                  .getItems()
                  .isEmpty());
    }
  }

  @Test
  void aFinishedCompressionIsNotWrittenAgain() {
    try (Scene scene = new Scene(OperatorIT::sound)) {
      scene.start().close();
      scene.start();
      scene.apply(Scene.STEPS);
      String version = scene.awaitEnd().getMetadata().getResourceVersion();
      Writes writes = Writes.counted();
      scene.start(writes);
      // Another one that runs to its end shows that the operator has seen the first as well.
      scene.create("other", Scene.STEPS);
      scene.await("other", found -> found.getStatus().phase() == Phase.SUCCEEDED);
      assertThat(scene.get().getMetadata().getResourceVersion()).isEqualTo(version);
      assertThat(writes.seen()).isNotEmpty().noneMatch(write -> write.contains("/net"));
    }
  }

  private static Behaviour sound(Job job) {
    return Behaviour.sound(job, Scene.GOOD);
  }

  private static Behaviour holdOptimize(Job job) {
    return isStep(job, "optimize") ? Behaviour.RUNS : sound(job);
  }

  private static Map<String, Quantity> limits(Job job) {
    return job.getSpec().getTemplate().getSpec().getContainers().get(0).getResources().getLimits();
  }

  private static boolean isStep(Job job, String step) {
    return step.equals(job.getMetadata().getLabels().get(Labels.STEP));
  }

  private static boolean isAttempt(Job job, String step, int attempt) {
    return isStep(job, step)
        && Integer.toString(attempt).equals(job.getMetadata().getLabels().get(Labels.ATTEMPT));
  }

  private static boolean isRunning(ModelCompressionStatus status, String step) {
    return status.steps().stream()
        .anyMatch(s -> s.name().equals(step) && s.state() == StepStatus.State.RUNNING);
  }

  private static StepStatus step(ModelCompressionStatus status, String name) {
    return status.steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static Condition.Status condition(ModelCompressionStatus status, Condition.Type type) {
    return status.condition(type).orElseThrow().status();
  }

  private static void assertEnd(ModelCompressionStatus status, Phase phase, Reason reason) {
    assertThat(status.phase()).as("%s", status).isEqualTo(phase);
    assertThat(status.conditions()).extracting(Condition::reason).containsOnly(reason);
  }

  private static List<Job> jobs(Scene scene) {
    return scene.client().batch().v1().jobs().inNamespace(scene.namespace()).list().getItems();
  }

  private static List<String> events(Scene scene) {
    return scene.client().v1().events().inNamespace(scene.namespace()).list().getItems().stream()
        .map((Event event) -> event.getType() + " " + event.getReason())
        .toList();
  }

  private static void create(Scene scene, Job job) {
    scene.client().batch().v1().jobs().inNamespace(scene.namespace()).resource(job).create();
  }

  private static Job foreign(String name) {
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withNewTemplate()
        .withNewSpec()
        .withRestartPolicy("Never")
        .addNewContainer()
        .withName("c")
        .withImage("c")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Map<String, Double> inaccurate() {
    Map<String, Double> metrics = new TreeMap<>(Scene.GOOD);
    metrics.put("result.top1", 0.8);
    return metrics;
  }
}
