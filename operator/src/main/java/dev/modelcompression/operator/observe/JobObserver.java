package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.job.StepJobs;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a Job and its pods into facts about an attempt. */
public final class JobObserver {
  private static final Set<String> IMAGE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed");
  private static final Set<String> START =
      Set.of(
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "PreStartHookError");

  private JobObserver() {}

  /**
   * What a Job tells. Empty when its labels are not those of an attempt, whatever their reason.
   *
   * @param pods pods that may belong to the Job
   * @param complete whether {@code pods} are surely all that there are, fresh from the API server
   */
  public static Optional<ObservedJob> observe(Job job, List<Pod> pods, boolean complete) {
    Map<String, String> labels =
        Optional.ofNullable(job.getMetadata().getLabels()).orElse(Map.of());
    Integer trial = number(labels.get(Labels.TRIAL));
    Integer attempt = number(labels.get(Labels.ATTEMPT));
    String step = labels.get(Labels.STEP);
    String run = labels.get(Labels.RUN);
    if (trial == null || attempt == null || step == null || run == null) {
      return Optional.empty();
    }
    List<Pod> own = pods.stream().filter(pod -> isOf(pod, job)).toList();
    Seen seen = look(job, own, complete);
    return Optional.of(
        new ObservedJob(
            job.getMetadata().getName(),
            job.getMetadata().getUid(),
            Objects.requireNonNullElse(job.getMetadata().getResourceVersion(), ""),
            run,
            trial,
            step,
            attempt,
            job.getMetadata().getCreationTimestamp(),
            end(job).map(JobCondition::getLastTransitionTime).orElse(null),
            Optional.ofNullable(job.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(StepJobs.POD_DIGEST))
                .orElse(""),
            job.getMetadata().getDeletionTimestamp() != null,
            own.size(),
            own.stream().filter(Pods::disrupted).map(pod -> pod.getMetadata().getUid()).toList(),
            seen.state,
            seen.reason,
            seen.message,
            seen.ending,
            silence(job, own, seen)));
  }

  /** Whether a pod is owned by a Job. */
  public static boolean isOf(Pod pod, Job job) {
    return pod.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(job.getMetadata().getUid()::equals);
  }

  /** Whether a Job has ended, well or badly. */
  public static boolean finished(Job job) {
    return end(job).isPresent();
  }

  private static Optional<JobCondition> end(Job job) {
    return condition(job, "Complete").or(() -> condition(job, "Failed"));
  }

  private record Seen(
      ObservedJob.State state, @Nullable Reason reason, String message, Optional<Ending> ending) {
    static final Seen RUNNING = new Seen(ObservedJob.State.RUNNING, null, "", Optional.empty());

    static Seen waiting(Reason reason, @Nullable String message) {
      return new Seen(
          ObservedJob.State.WAITING,
          reason,
          message == null
              ? ""
              : dev.modelcompression.contract.Text.line(message, Ending.MAX_MESSAGE),
          Optional.empty());
    }

    static Seen ended(Ending ending) {
      return new Seen(ObservedJob.State.ENDED, null, "", Optional.of(ending));
    }
  }

  /** What a Job without a pod, or a pod without its container, leaves open. */
  private static Optional<Silence> silence(Job job, List<Pod> pods, Seen seen) {
    boolean deleting = job.getMetadata().getDeletionTimestamp() != null;
    if (seen.state != ObservedJob.State.RUNNING || deleting) {
      return Optional.empty();
    }
    if (pods.isEmpty()) {
      return Optional.of(
          new Silence(job.getMetadata().getUid(), job.getMetadata().getCreationTimestamp()));
    }
    return current(pods)
        .filter(pod -> !Pods.started(pod))
        .map(pod -> new Silence(pod.getMetadata().getUid(), Pods.scheduled(pod).orElse(null)));
  }

  private static Seen look(Job job, List<Pod> pods, boolean complete) {
    Optional<JobCondition> failed = condition(job, "Failed");
    // Jobs of earlier versions have the deadline themselves.
    if (failed.isPresent() && Endings.DEADLINE.equals(failed.get().getReason())) {
      return Seen.ended(Endings.timeout());
    }
    if (failed.isPresent() || condition(job, "Complete").isPresent()) {
      return ended(job, pods, complete);
    }
    if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return Seen.waiting(Reason.QUEUED, "the Job is suspended by its queue");
    }
    return current(pods).map(JobObserver::pending).orElse(Seen.RUNNING);
  }

  private static Optional<Pod> current(List<Pod> pods) {
    return pods.stream()
        .filter(pod -> !Pods.ended(pod))
        .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()));
  }

  /**
   * A pod that the cluster took away did not end its Job: another was made in its place, which the
   * cache may not have seen end. How old pods are would not tell, as that is in whole seconds.
   */
  private static Seen ended(Job job, List<Pod> pods, boolean complete) {
    boolean well = condition(job, "Complete").isPresent();
    Optional<Pod> last =
        pods.stream()
            .filter(Pods::ended)
            .filter(pod -> well ? Pods.succeeded(pod) : complete || !Pods.disrupted(pod))
            .max(
                Comparator.comparing((Pod pod) -> !Pods.disrupted(pod))
                    .thenComparing(pod -> pod.getMetadata().getCreationTimestamp()));
    if (last.isEmpty()) {
      return complete
          ? Seen.ended(Endings.noTrace())
          : new Seen(ObservedJob.State.UNREAD, null, "", Optional.empty());
    }
    return Seen.ended(Endings.of(last.get()));
  }

  private static Seen pending(Pod pod) {
    Optional<ContainerStateWaiting> waiting = Pods.waiting(pod);
    String why = waiting.map(ContainerStateWaiting::getReason).orElse("");
    String message = waiting.map(ContainerStateWaiting::getMessage).orElse("");
    if (IMAGE.contains(why)) {
      return Seen.waiting(Reason.IMAGE_PULL_FAILED, why + ": " + message);
    }
    if (START.contains(why)) {
      return Seen.waiting(Reason.POD_START_FAILED, why + ": " + message);
    }
    return Pods.unschedulable(pod)
        .map(text -> Seen.waiting(Reason.UNSCHEDULABLE, text))
        .orElse(Seen.RUNNING);
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    if (job.getStatus() == null || job.getStatus().getConditions() == null) {
      return Optional.empty();
    }
    return job.getStatus().getConditions().stream()
        .filter(condition -> type.equals(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .findFirst();
  }

  private static @Nullable Integer number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,3}") ? Integer.valueOf(text) : null;
  }
}
