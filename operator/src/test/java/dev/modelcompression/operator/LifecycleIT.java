package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.RunningOperator;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.cluster.Watches;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, nodes and quotas take away what a run is about to use, in each of its phases. */
class LifecycleIT {
  private static final String JOBS = "count/jobs.batch";

  /** A step and an attempt at work. */
  @ParameterizedTest
  @ValueSource(strings = {"inputs 1", "optimize 1", "optimize 2", "quantize 1", "evaluate 1"})
  void aDeletedCompressionTakesItsJobsAlongAndAnotherOfItsNameBeginsAnew(String attempt) {
    Script script = new Script(holding(attempt));
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      awaitAtWork(scene, attempt);
      scene.delete();
      Await.until("all of it is gone", () -> scene.jobs().isEmpty() && scene.pods().isEmpty());
      script.become(Pipeline::behave);
      Pipeline.runAnother(scene, "later");
      assertThat(scene.jobs()).isEmpty();
      scene.apply(Scene.STEPS);
      Pipeline.assertSameEnd(scene);
      Pipeline.assertQuiet(scene);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inputs 1", "optimize 1", "optimize 2", "quantize 1", "evaluate 1", ""})
  void anEditedSpecRunsAsIfItHadBeenTheFirst(String attempt) {
    Script script = new Script(holding(attempt));
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS, "  seed: 9\n");
      if (attempt.isEmpty()) {
        scene.awaitEnd();
      } else {
        awaitAtWork(scene, attempt);
      }
      scene.edit(Scene.STEPS);
      script.become(Pipeline::behave);
      Pipeline.assertSameEnd(scene);
      Pipeline.assertQuiet(scene);
    }
  }

  /** Its result is in the workspace: the attempt is made again and tells of it. */
  @Test
  void aFinishedJobThatIsDeletedBeforeItsResultIsReadIsMadeAgain() {
    Script script = new Script(holding("quantize 1"));
    Watches watches = new Watches();
    try (Scene scene = new Scene(script)) {
      scene.start(watches);
      scene.apply(Scene.STEPS);
      awaitAtWork(scene, "quantize 1");
      watches.withhold("jobs").dropping((kind, event) -> kind.equals("pods"));
      script.become(Pipeline::behave);
      Await.until(
          "the step has ended",
          () -> job(scene, "quantize 1").getStatus().getCompletionTime() != null);
      Job job = job(scene, "quantize 1");
      scene.client().resource(job).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
      Await.until("the Job is gone", () -> scene.client().resource(job).get() == null);
      watches.dropping((kind, event) -> false).release();
      Pipeline.assertSameEnd(scene);
      assertThat(scene.podsByJob()).containsEntry(job.getMetadata().getName(), 2);
      Pipeline.assertQuiet(scene);
    }
  }

  /** Drained, preempted or evicted three times: the Job makes other pods; no attempt is used up. */
  @Test
  void podsThatTheClusterTakesAwayUseUpNoAttempt() {
    Script script = new Script(holding("quantize 1"));
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      awaitAtWork(scene, "quantize 1");
      for (int evicted = 1; evicted <= 3; evicted++) {
        int times = evicted;
        scene.node().evict(job(scene, "quantize 1"));
        scene.awaitStatus(status -> quantize(status).disruptions() == times);
      }
      script.become(Pipeline::behave);
      assertThat(scene.awaitEnd().getStatus().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(quantize(scene.get().getStatus()).attempt()).isEqualTo(1);
      Pipeline.assertQuiet(scene);
    }
  }

  /** Enforced by the API server when Jobs are created. */
  @Test
  void aQuotaThatIsUsedUpIsWaitedForAndUsesUpNoAttempt() {
    try (Scene scene = new Scene(Pipeline::behave)) {
      ResourceQuota quota = noMoreJobs(scene);
      scene.start();
      scene.apply(Scene.STEPS);
      scene.awaitStatus(
          status ->
              status.phase() == Phase.QUEUED
                  && status.conditions().get(0).reason() == Reason.QUOTA_EXCEEDED);
      assertThat(scene.jobs()).isEmpty();
      scene.client().resource(quota).delete();
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The Job is there and the Job controller may make no pod of it. */
  @Test
  void aJobWithoutAPodSaysWhyAndGoesOnWhenThereIsRoom() {
    AtomicBoolean full = new AtomicBoolean(true);
    try (Scene scene =
        new Scene(
            job ->
                full.get() && Pipeline.is(job, "quantize", 1)
                    ? Behaviour.refused("pods \"net\" is forbidden: exceeded quota: few")
                    : Pipeline.behave(job))) {
      scene.start();
      scene.apply(Scene.STEPS);
      scene.awaitStatus(
          status ->
              status.phase() == Phase.QUEUED
                  && status.conditions().get(0).reason() == Reason.QUOTA_EXCEEDED);
      full.set(false);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The pod looks as every pod does for a while: only its Events tell. */
  @Test
  void aVolumeThatIsNotThereIsToldAndWaitedFor() {
    AtomicBoolean missing = new AtomicBoolean(true);
    try (Scene scene =
        new Scene(
            job ->
                missing.get() && Pipeline.is(job, "quantize", 1)
                    ? Behaviour.unmounted("secret \"keys\" not found")
                    : Pipeline.behave(job))) {
      scene.start(Clock.systemUTC(), RunningOperator.settings(Duration.ofMinutes(5)));
      scene.apply(Scene.STEPS);
      scene.awaitStatus(
          status ->
              status.phase() == Phase.QUEUED
                  && status.conditions().get(0).reason() == Reason.POD_START_FAILED
                  && String.valueOf(status.message()).contains("secret \"keys\" not found"));
      missing.set(false);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** What was missing is put into the spec while the pod waits for it. */
  @Test
  void aPodThatCannotStartIsMadeAgainAfterAnEdit() {
    try (Scene scene =
        new Scene(
            job ->
                Pipeline.is(job, "quantize", 1)
                        && job.getSpec().getTemplate().getSpec().getImagePullSecrets().isEmpty()
                    ? Behaviour.waits("ImagePullBackOff", "authentication required")
                    : Pipeline.behave(job))) {
      scene.start(Clock.systemUTC(), RunningOperator.settings(Duration.ofMinutes(5)));
      scene.apply(Scene.STEPS);
      scene.awaitStatus(status -> status.conditions().get(0).reason() == Reason.IMAGE_PULL_FAILED);
      scene.edit(Scene.STEPS, "  podTemplate: {imagePullSecrets: [{name: registry}]}\n");
      assertThat(scene.awaitEnd().getStatus().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(scene.jobs())
          .filteredOn(job -> Pipeline.is(job, "quantize", 1))
          .singleElement()
          .satisfies(
              job -> assertThat(scene.podsByJob()).containsEntry(job.getMetadata().getName(), 2));
    }
  }

  /** Times are compared only with times of the same clock. */
  @ParameterizedTest
  @ValueSource(ints = {-10, 10})
  void aClockThatIsOffEndsNothingEarly(int minutes) {
    AtomicBoolean absent = new AtomicBoolean(true);
    try (Scene scene =
        new Scene(
            job ->
                absent.get() && Pipeline.is(job, "quantize", 1)
                    ? Behaviour.waits("ImagePullBackOff", "no such image")
                    : Pipeline.behave(job))) {
      scene.start(
          Clock.offset(Clock.systemUTC(), Duration.ofMinutes(minutes)),
          RunningOperator.settings(Duration.ofMinutes(5)));
      scene.apply(Scene.STEPS);
      scene.awaitStatus(status -> status.conditions().get(0).reason() == Reason.IMAGE_PULL_FAILED);
      absent.set(false);
      Pipeline.assertUndisturbed(scene);
    }
  }

  private static Function<Job, Behaviour> holding(String attempt) {
    return job -> Pipeline.attempt(job).equals(attempt) ? Behaviour.RUNS : Pipeline.behave(job);
  }

  private static void awaitAtWork(Scene scene, String attempt) {
    scene.awaitStatus(
        status ->
            status.steps().stream()
                .anyMatch(
                    step ->
                        (step.name() + " " + step.attempt()).equals(attempt)
                            && step.state() == StepStatus.State.RUNNING));
    Await.until(
        "its pod is at work",
        () ->
            scene.jobs().stream()
                .filter(job -> Pipeline.attempt(job).equals(attempt))
                .anyMatch(job -> scene.podsByJob().containsKey(job.getMetadata().getName())));
  }

  private static StepStatus quantize(ModelCompressionStatus status) {
    return status.steps().stream()
        .filter(step -> step.name().equals("quantize"))
        .findFirst()
        .orElseThrow();
  }

  private static Job job(Scene scene, String attempt) {
    return scene.jobs().stream()
        .filter(job -> Pipeline.attempt(job).equals(attempt))
        .findFirst()
        .orElseThrow();
  }

  /** What the quota controller, which is not there, would write. */
  private static ResourceQuota noMoreJobs(Scene scene) {
    ResourceQuota quota =
        scene
            .client()
            .resource(
                new ResourceQuotaBuilder()
                    .withNewMetadata()
                    .withName("few")
                    .withNamespace(scene.namespace())
                    .endMetadata()
                    .withNewSpec()
                    .addToHard(JOBS, new Quantity("0"))
                    .endSpec()
                    .build())
            .create();
    quota.setStatus(
        new ResourceQuotaStatusBuilder()
            .addToHard(JOBS, new Quantity("0"))
            .addToUsed(JOBS, new Quantity("0"))
            .build());
    return scene.client().resource(quota).updateStatus();
  }
}
