package dev.modelcompression.operator.release;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Why a server's pod does not get ready, as far as the pod says it. */
final class PodTrouble {
  /** These are on every pod's way. */
  private static final List<String> USUAL = List.of("ContainerCreating", "PodInitializing");

  private PodTrouble() {}

  static Optional<String> of(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    Stream<ContainerStatus> containers =
        Stream.concat(
            all(pod.getStatus().getInitContainerStatuses()),
            all(pod.getStatus().getContainerStatuses()));
    return containers
        .flatMap(container -> container(container).stream())
        .findFirst()
        .or(() -> unschedulable(pod));
  }

  private static Stream<ContainerStatus> all(@Nullable List<ContainerStatus> containers) {
    return containers == null ? Stream.empty() : containers.stream();
  }

  /** The end before the last says more than that the next start is being waited for. */
  private static Optional<String> container(ContainerStatus container) {
    return ended(container.getLastState())
        .or(() -> ended(container.getState()))
        .or(() -> waiting(container.getState()));
  }

  private static Optional<String> ended(@Nullable ContainerState state) {
    return Optional.ofNullable(state)
        .map(ContainerState::getTerminated)
        .filter(end -> end.getExitCode() == null || end.getExitCode() != 0)
        .map(
            end ->
                "ended with %s (%s)%s"
                    .formatted(end.getExitCode(), end.getReason(), message(end.getMessage())));
  }

  private static Optional<String> waiting(@Nullable ContainerState state) {
    return Optional.ofNullable(state)
        .map(ContainerState::getWaiting)
        .filter(waiting -> !USUAL.contains(waiting.getReason()))
        .map(waiting -> waiting.getReason() + message(waiting.getMessage()));
  }

  private static Optional<String> unschedulable(Pod pod) {
    return pod.getStatus().getConditions() == null
        ? Optional.empty()
        : pod.getStatus().getConditions().stream()
            .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
            .map(c -> Objects.requireNonNullElse(c.getMessage(), ""))
            .findFirst();
  }

  private static String message(@Nullable String text) {
    return text == null || text.isBlank() ? "" : ": " + text.strip();
  }
}
