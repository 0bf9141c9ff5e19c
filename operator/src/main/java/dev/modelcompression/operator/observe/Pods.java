package dev.modelcompression.operator.observe;

import dev.modelcompression.operator.job.StepJobs;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a pod of a step says of itself. */
public final class Pods {
  /** The facts of a pod of which there is nothing to say. */
  public static final List<Object> NOTHING = List.of(false, false, false, "");

  private Pods() {}

  /** Whether the pod will not run any more. */
  public static boolean ended(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  /** Whether all its containers ended well. */
  static boolean succeeded(Pod pod) {
    return pod.getStatus() != null && "Succeeded".equals(pod.getStatus().getPhase());
  }

  /** Whether the cluster took the pod away: drain, eviction, preemption. */
  public static boolean disrupted(Pod pod) {
    return conditions(pod)
        .anyMatch(c -> "DisruptionTarget".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /** Why no node takes the pod. */
  static Optional<String> unschedulable(Pod pod) {
    return conditions(pod)
        .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
        .filter(c -> "Unschedulable".equals(c.getReason()))
        .map(c -> Objects.requireNonNullElse(c.getMessage(), ""))
        .findFirst();
  }

  /** When a node was found for the pod, as the cluster writes it. */
  static Optional<String> scheduled(Pod pod) {
    return conditions(pod)
        .filter(c -> "PodScheduled".equals(c.getType()) && "True".equals(c.getStatus()))
        .map(PodCondition::getLastTransitionTime)
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** Whether the step's container runs, or has run. */
  static boolean started(Pod pod) {
    return state(pod)
        .filter(state -> state.getRunning() != null || state.getTerminated() != null)
        .isPresent();
  }

  /** How the step's container ended. */
  static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return state(pod).map(ContainerState::getTerminated);
  }

  /** What the step's container left as its last words. */
  public static Optional<String> message(Pod pod) {
    return terminated(pod).map(ContainerStateTerminated::getMessage).filter(Objects::nonNull);
  }

  /** What the step's container waits for. */
  static Optional<ContainerStateWaiting> waiting(Pod pod) {
    return state(pod).map(ContainerState::getWaiting);
  }

  /**
   * All that a reconcile could act on, in a form that can be compared: a change of anything else is
   * no reason to look again.
   */
  public static List<Object> facts(Pod pod) {
    return List.of(
        ended(pod),
        disrupted(pod),
        unschedulable(pod).isPresent(),
        waiting(pod).map(ContainerStateWaiting::getReason).filter(Pods::isTrouble).orElse(""));
  }

  /** These two are on every pod's way; the others say that something is wrong. */
  private static boolean isTrouble(String reason) {
    return !reason.equals("ContainerCreating") && !reason.equals("PodInitializing");
  }

  private static Optional<ContainerState> state(Pod pod) {
    if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .filter(container -> StepJobs.CONTAINER.equals(container.getName()))
        .map(ContainerStatus::getState)
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static Stream<PodCondition> conditions(Pod pod) {
    return pod.getStatus() == null || pod.getStatus().getConditions() == null
        ? Stream.empty()
        : pod.getStatus().getConditions().stream();
  }
}
