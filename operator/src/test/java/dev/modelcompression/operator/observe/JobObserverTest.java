package dev.modelcompression.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobObserverTest {
  private static final Map<String, String> LABELS =
      Map.of(Labels.RUN, "r-1", Labels.STEP, "prune", Labels.TRIAL, "1", Labels.ATTEMPT, "2");

  /** Exit status, the kubelet's reason, what was left → the kind of end and its reason. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("ends")
  void tellsEndsApart(
      int status,
      @Nullable String why,
      @Nullable String left,
      ExitCode exit,
      @Nullable Reason reason) {
    Ending ending = ending(job("Failed", "PodFailurePolicy"), terminated(status, why, left));
    assertThat(ending.exit()).isEqualTo(exit);
    assertThat(ending.reason()).isEqualTo(reason);
  }

  private static Stream<Arguments> ends() {
    String done = message(ExitCode.DONE);
    return Stream.of(
        Arguments.of(0, "Completed", done, ExitCode.DONE, null),
        Arguments.of(0, "Completed", null, ExitCode.TRY_AGAIN, Reason.RESULT_INVALID),
        Arguments.of(0, "Completed", " ", ExitCode.TRY_AGAIN, Reason.RESULT_INVALID),
        Arguments.of(0, "Completed", done.substring(9), ExitCode.TRY_AGAIN, Reason.RESULT_INVALID),
        Arguments.of(
            0, "Completed", done.replace("v1", "v9"), ExitCode.TRY_AGAIN, Reason.RESULT_INVALID),
        Arguments.of(
            0,
            "Completed",
            message(ExitCode.GATE_FAILED),
            ExitCode.TRY_AGAIN,
            Reason.RESULT_INVALID),
        // A step that says it is done and was killed is not done.
        Arguments.of(137, "OOMKilled", done, ExitCode.KILLED, Reason.STEP_OOM),
        Arguments.of(137, "Error", done, ExitCode.KILLED, Reason.RETRIES_EXHAUSTED),
        // Whoever was killed from outside could not have said so.
        Arguments.of(137, "Error", message(ExitCode.KILLED), ExitCode.KILLED, Reason.STEP_OOM),
        Arguments.of(143, "Error", null, ExitCode.TERMINATED, Reason.RETRIES_EXHAUSTED),
        Arguments.of(1, "Error", done, ExitCode.INTERNAL, Reason.STEP_FAILED),
        Arguments.of(127, "ContainerCannotRun", null, ExitCode.INTERNAL, Reason.STEP_FAILED),
        Arguments.of(139, "Error", null, ExitCode.INTERNAL, Reason.STEP_FAILED),
        Arguments.of(255, "Error", null, ExitCode.INTERNAL, Reason.STEP_FAILED),
        // A node that was switched off and on again.
        Arguments.of(255, "Unknown", null, ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED),
        Arguments.of(
            137, "ContainerStatusUnknown", null, ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED),
        Arguments.of(128, "StartError", "no runc", ExitCode.TRY_AGAIN, Reason.POD_START_FAILED));
  }

  @ParameterizedTest
  @EnumSource(
      value = ExitCode.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DONE"})
  void everyExitOfTheContractIsTakenAsItIs(ExitCode exit) {
    Ending ending = ending(job("Failed", "x"), terminated(exit.code(), "Error", message(exit)));
    assertThat(ending.exit()).isEqualTo(exit);
    assertThat(ending.message()).isEqualTo("so");
    assertThat(ending.reason()).isNotNull();
  }

  @Test
  void aResultIsReadWithItsOutputsAndNumbers() {
    Ending ending = ending(job("Complete", ""), terminated(0, "Completed", message(ExitCode.DONE)));
    assertThat(ending.outputs()).containsOnlyKeys("model");
    assertThat(ending.metrics()).containsEntry("result.top1", 0.9);
  }

  @Test
  void whatAPodSaysIsOneBoundedLine() {
    String left =
        TerminationMessage.failed(ExitCode.BAD_INPUT, "a\u001b[31m\nb" + "x".repeat(900)).toJson();
    Ending ending = ending(job("Failed", "x"), terminated(65, "Error", left));
    assertThat(ending.message()).hasSizeLessThanOrEqualTo(256).startsWith("a [31m b");
  }

  /** What its container made of being told to stop, or being killed, is not the cause. */
  @ParameterizedTest
  @CsvSource({"75", "137", "143"})
  void aPodPastItsDeadlineIsATimeoutWhateverItsContainerSays(int status) {
    Pod late = said(terminated(status, "Error", null), "DeadlineExceeded", "Pod was active");
    assertThat(ending(job("Failed", "BackoffLimitExceeded"), late).reason())
        .isEqualTo(Reason.STEP_TIMEOUT);
  }

  /** The container only knows that it was killed. */
  @Test
  void whyTheNodeEndedAPodIsTold() {
    String full = "Usage of EmptyDir volume \"mc-scratch\" exceeds the limit \"8Gi\". ";
    Pod evicted = said(terminated(137, "Error", null), "Evicted", full);
    Ending ending = ending(job("Failed", "BackoffLimitExceeded"), evicted);
    assertThat(ending.exit()).isEqualTo(ExitCode.KILLED);
    assertThat(ending.reason()).isEqualTo(Reason.RETRIES_EXHAUSTED);
    assertThat(ending.message()).startsWith("Evicted: " + full.strip() + "; ").doesNotEndWith("; ");
  }

  /** Of a version that gave the deadline to the Job. */
  @Test
  void aJobPastItsDeadlineIsATimeoutWhateverItsPodSays() {
    assertThat(ending(job("Failed", "DeadlineExceeded"), null).reason())
        .isEqualTo(Reason.STEP_TIMEOUT);
  }

  @Test
  void aJobThatEndedWithoutAPodIsReadFromTheServerBeforeItIsGivenUp() {
    assertThat(see(job("Failed", "x"), List.of(), false).state())
        .isEqualTo(ObservedJob.State.UNREAD);
    assertThat(see(job("Failed", "x"), List.of(running()), false).state())
        .isEqualTo(ObservedJob.State.UNREAD);
    assertThat(see(job("Failed", "x"), List.of(), true).ending().orElseThrow().reason())
        .isEqualTo(Reason.RESULT_INVALID);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  void tellsWaitsApart(String why, Pod pod, @Nullable Reason reason) {
    ObservedJob seen = see(job("", ""), List.of(pod), false);
    assertThat(seen.reason()).isEqualTo(reason);
    assertThat(seen.state())
        .isEqualTo(reason == null ? ObservedJob.State.RUNNING : ObservedJob.State.WAITING);
  }

  private static Stream<Arguments> waits() {
    return Stream.of(
        waits("ErrImagePull", Reason.IMAGE_PULL_FAILED),
        waits("ImagePullBackOff", Reason.IMAGE_PULL_FAILED),
        waits("InvalidImageName", Reason.IMAGE_PULL_FAILED),
        waits("CreateContainerConfigError", Reason.POD_START_FAILED),
        waits("ContainerCreating", null),
        waits("SomethingNew", null),
        Arguments.of(
            "Unschedulable",
            new PodBuilder(running())
                .editStatus()
                .withPhase("Pending")
                .withContainerStatuses()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/1 nodes")
                .endCondition()
                .endStatus()
                .build(),
            Reason.UNSCHEDULABLE));
  }

  private static Arguments waits(String why, @Nullable Reason reason) {
    return Arguments.of(why, waiting(why), reason);
  }

  @Test
  void whatSaysNothingIsAskedAbout() {
    Instant early = Instant.parse("2026-11-22T06:20:50Z");
    Duration grace = Duration.ofSeconds(10);
    Silence noPod = see(job("", ""), List.of(), false).silence().orElseThrow();
    assertThat(noPod).isEqualTo(new Silence("job-uid", "2026-11-22T06:20:39Z"));
    assertThat(noPod.lasts(grace, early)).isTrue();
    assertThat(noPod.lasts(grace, early.minusSeconds(2))).isFalse();

    Pod creating = waiting("ContainerCreating");
    Silence unscheduled = see(job("", ""), List.of(creating), false).silence().orElseThrow();
    assertThat(unscheduled.lasts(grace, early.plusSeconds(9000))).isFalse();
    Pod scheduled =
        new PodBuilder(creating)
            .editStatus()
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("True")
            .withLastTransitionTime("2026-11-22T06:30:00Z")
            .endCondition()
            .endStatus()
            .build();
    assertThat(see(job("", ""), List.of(scheduled), false).silence())
        .contains(new Silence("pod-uid", "2026-11-22T06:30:00Z"));
  }

  @Test
  void whatWorksHasEndedOrSaysWhyItWaitsIsNotAskedAbout() {
    Pod ended = terminated(65, "Error", null);
    assertThat(see(job("", ""), List.of(running()), false).silence()).isEmpty();
    assertThat(see(job("", ""), List.of(ended), false).silence()).isEmpty();
    assertThat(see(job("Failed", "x"), List.of(ended), false).silence()).isEmpty();
    assertThat(see(job("", ""), List.of(waiting("ErrImagePull")), false).silence()).isEmpty();
    Job leaving =
        new JobBuilder(job("", ""))
            .editMetadata()
            .withDeletionTimestamp("2026-11-22T06:21:00Z")
            .endMetadata()
            .build();
    assertThat(see(leaving, List.of(), false).silence()).isEmpty();
  }

  @Test
  void aJobThatItsQueueHoldsBackWaits() {
    Job held = new JobBuilder(job("", "")).editSpec().withSuspend(true).endSpec().build();
    assertThat(see(held, List.of(), false).reason()).isEqualTo(Reason.QUEUED);
  }

  private static Pod evicted() {
    return new PodBuilder(terminated(137, "Error", null))
        .editStatus()
        .addNewCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endCondition()
        .endStatus()
        .build();
  }

  @Test
  void podsThatTheClusterTookAwayAreCounted() {
    Pod evicted = evicted();
    ObservedJob seen = see(job("", ""), List.of(evicted, running()), false);
    assertThat(seen.disrupted()).containsExactly(evicted.getMetadata().getUid());
    assertThat(seen.state()).isEqualTo(ObservedJob.State.RUNNING);
  }

  /** The cache of pods is behind that of Jobs: the pod that was made in its place has ended. */
  @ParameterizedTest
  @ValueSource(strings = {"Complete", "Failed"})
  void aPodThatTheClusterTookAwayIsNotHowTheJobEnded(String end) {
    Pod evicted = evicted();
    assertThat(see(job(end, ""), List.of(evicted, running()), false).state())
        .isEqualTo(ObservedJob.State.UNREAD);
    Pod done = terminated(0, "Completed", message(ExitCode.DONE));
    Pod failed = terminated(65, "Error", message(ExitCode.BAD_INPUT));
    boolean well = end.equals("Complete");
    for (boolean complete : new boolean[] {true, false}) {
      assertThat(
              see(job(end, ""), List.of(evicted, well ? done : failed), complete)
                  .ending()
                  .orElseThrow()
                  .exit())
          .isEqualTo(well ? ExitCode.DONE : ExitCode.BAD_INPUT);
    }
    assertThat(see(job("Complete", ""), List.of(evicted), true).ending().orElseThrow().reason())
        .isEqualTo(Reason.RESULT_INVALID);
  }

  @Test
  void podsOfOtherJobsAndJobsWithOtherLabelsAreNothing() {
    Pod other =
        new PodBuilder(terminated(0, "Completed", message(ExitCode.DONE)))
            .editMetadata()
            .editFirstOwnerReference()
            .withUid("other")
            .endOwnerReference()
            .endMetadata()
            .build();
    assertThat(see(job("Complete", ""), List.of(other), true).ending().orElseThrow().reason())
        .isEqualTo(Reason.RESULT_INVALID);
    for (String broken : List.of("", "-1", "x", "1000", "１")) {
      Job job =
          new JobBuilder(job("", ""))
              .editMetadata()
              .addToLabels(Labels.TRIAL, broken)
              .endMetadata()
              .build();
      assertThat(JobObserver.observe(job, List.of(), true)).as(broken).isEmpty();
    }
  }

  private static Ending ending(Job job, @Nullable Pod pod) {
    return see(job, pod == null ? List.of() : List.of(pod), false).ending().orElseThrow();
  }

  private static ObservedJob see(Job job, List<Pod> pods, boolean complete) {
    return JobObserver.observe(job, pods, complete).orElseThrow();
  }

  private static String message(ExitCode exit) {
    return new TerminationMessage(
            StepRequest.VERSION,
            exit,
            "so",
            null,
            Map.of("model", new Artifact("model", "m.onnx", "sha256:" + "a".repeat(64), 20)),
            Map.of("result.top1", 0.9))
        .toJson();
  }

  private static Job job(String condition, String reason) {
    JobBuilder job =
        new JobBuilder()
            .withNewMetadata()
            .withName("net-prune-a2")
            .withUid("job-uid")
            .withCreationTimestamp("2026-11-22T06:20:39Z")
            .withLabels(LABELS)
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .withNewStatus()
            .endStatus();
    return condition.isEmpty()
        ? job.build()
        : job.editStatus()
            .addNewCondition()
            .withType(condition)
            .withStatus("True")
            .withReason(reason)
            .endCondition()
            .endStatus()
            .build();
  }

  /** With what the node says of the pod. */
  private static Pod said(Pod pod, String reason, String message) {
    return new PodBuilder(pod)
        .editStatus()
        .withReason(reason)
        .withMessage(message)
        .endStatus()
        .build();
  }

  private static Pod waiting(String why) {
    return new PodBuilder(running())
        .editStatus()
        .withPhase("Pending")
        .editFirstContainerStatus()
        .withNewState()
        .withNewWaiting("because", why)
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static Pod running() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("p")
        .withUid("pod-uid")
        .withCreationTimestamp("2026-11-22T06:20:40Z")
        .addNewOwnerReference()
        .withUid("job-uid")
        .endOwnerReference()
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .addNewContainerStatus()
        .withName("step")
        .withNewState()
        .withNewRunning("2026-11-22T06:20:41Z")
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static Pod terminated(int status, @Nullable String reason, @Nullable String message) {
    return new PodBuilder(running())
        .editStatus()
        .withPhase(status == 0 ? "Succeeded" : "Failed")
        .editFirstContainerStatus()
        .withNewState()
        .withNewTerminated()
        .withExitCode(status)
        .withReason(reason)
        .withMessage(message)
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
