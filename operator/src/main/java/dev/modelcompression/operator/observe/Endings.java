package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.TerminationMessage;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what kind of end an attempt had. The exit status is the kernel's word and counts more
 * than what the step wrote; what the step wrote counts only when it agrees.
 */
final class Endings {
  /** Why a pod, or a Job, was stopped that took too long. */
  static final String DEADLINE = "DeadlineExceeded";

  /** What kubelet and runtime call the end of a container that is not there any more. */
  private static final Set<String> LOST = Set.of("Unknown", "ContainerStatusUnknown");

  /** What they call the end of one that never ran. */
  private static final String NOT_STARTED = "StartError";

  private Endings() {}

  /** How a pod ended. */
  static Ending of(Pod pod) {
    PodStatus status = pod.getStatus();
    // Whatever its container made of being stopped.
    if ("Failed".equals(status.getPhase()) && DEADLINE.equals(status.getReason())) {
      return timeout();
    }
    return Pods.terminated(pod)
        .map(terminated -> explained(of(terminated), status))
        .orElseGet(() -> neverStarted(status));
  }

  /** With what the node says of it: the container does not know why it was killed. */
  private static Ending explained(Ending end, PodStatus status) {
    String reason = Objects.requireNonNullElse(status.getReason(), "");
    if (reason.isEmpty() || end.reason() == null) {
      return end;
    }
    String message = Objects.requireNonNullElse(status.getMessage(), "").strip();
    // First, as a long message is cut at its end.
    return Ending.failed(
        end.exit(),
        end.exitStatus(),
        end.reason(),
        "%s: %s; %s".formatted(reason, message, end.message()));
  }

  /** It was stopped at its deadline. What the step had done is in its checkpoint. */
  static Ending timeout() {
    return Ending.failed(
        ExitCode.TRY_AGAIN, null, Reason.STEP_TIMEOUT, "took longer than its timeout");
  }

  /** The Job ended and there is no pod to read a result from. */
  static Ending noTrace() {
    return Ending.failed(
        ExitCode.TRY_AGAIN,
        null,
        Reason.RESULT_INVALID,
        "the pod was removed before its result was read");
  }

  /** The node refused the pod, or lost it before the container started. */
  private static Ending neverStarted(PodStatus status) {
    return Ending.failed(
        ExitCode.TRY_AGAIN,
        null,
        Reason.RETRIES_EXHAUSTED,
        "the pod ended before its container started: "
            + Objects.requireNonNullElse(status.getReason(), "no reason given")
            + " "
            + Objects.requireNonNullElse(status.getMessage(), ""));
  }

  /** The container ended. */
  static Ending of(ContainerStateTerminated terminated) {
    int status = Objects.requireNonNullElse(terminated.getExitCode(), -1);
    if ("OOMKilled".equals(terminated.getReason())) {
      return Ending.failed(
          ExitCode.KILLED, status, Reason.STEP_OOM, "was killed for want of memory");
    }
    String said = Objects.requireNonNullElse(terminated.getReason(), "");
    if (LOST.contains(said)) {
      return Ending.failed(
          ExitCode.TRY_AGAIN,
          status,
          Reason.RETRIES_EXHAUSTED,
          "its node restarted, or lost the container: " + said);
    }
    if (said.equals(NOT_STARTED)) {
      return Ending.failed(
          ExitCode.TRY_AGAIN,
          status,
          Reason.POD_START_FAILED,
          "%s: %s".formatted(said, Objects.requireNonNullElse(terminated.getMessage(), "")));
    }
    Optional<ExitCode> exit = ExitCode.of(status);
    if (exit.isEmpty()) {
      return Ending.failed(
          ExitCode.INTERNAL,
          status,
          Reason.STEP_FAILED,
          "the container ended with exit status %d, which is none of the step contract%s"
              .formatted(status, status == 126 || status == 127 ? ": it could not be run" : ""));
    }
    Optional<TerminationMessage> message = message(terminated.getMessage());
    boolean agrees = message.filter(m -> m.exit() == exit.get()).isPresent();
    if (exit.get() == ExitCode.DONE) {
      return agrees
          ? done(message.orElseThrow())
          : Ending.failed(
              ExitCode.TRY_AGAIN, status, Reason.RESULT_INVALID, "left " + fault(terminated));
    }
    // Whoever is killed leaves no message: the step itself ran out of its heap.
    boolean outOfHeap = exit.get() == ExitCode.KILLED && agrees;
    return Ending.failed(
        exit.get(),
        status,
        outOfHeap ? Reason.STEP_OOM : reason(exit.get()),
        agrees ? message.orElseThrow().message() : exit.get().description());
  }

  private static Ending done(TerminationMessage message) {
    return new Ending(
        ExitCode.DONE, 0, null, message.message(), message.outputs(), message.metrics());
  }

  /** Why a message cannot be used, without repeating what it says. */
  private static String fault(ContainerStateTerminated terminated) {
    String text = terminated.getMessage();
    if (text == null || text.isBlank()) {
      return "no termination message";
    }
    try {
      ExitCode said = TerminationMessage.parse(text).exit();
      return "a termination message that speaks of exit code " + said.code();
    } catch (IllegalArgumentException e) {
      return "no valid result; " + e.getMessage();
    }
  }

  private static Optional<TerminationMessage> message(
      @org.jspecify.annotations.Nullable String text) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(TerminationMessage.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What a bad end is called when it is the last word. */
  private static Reason reason(ExitCode exit) {
    return REASONS.getOrDefault(exit, Reason.STEP_FAILED);
  }

  private static final Map<ExitCode, Reason> REASONS =
      Map.of(
          ExitCode.GATE_FAILED, Reason.GATE_FAILED,
          ExitCode.BAD_REQUEST, Reason.BAD_REQUEST,
          ExitCode.BAD_INPUT, Reason.BAD_INPUT,
          ExitCode.UNSUPPORTED, Reason.UNSUPPORTED,
          ExitCode.TRY_AGAIN, Reason.RETRIES_EXHAUSTED,
          ExitCode.INTERRUPTED, Reason.RETRIES_EXHAUSTED,
          ExitCode.KILLED, Reason.RETRIES_EXHAUSTED,
          ExitCode.TERMINATED, Reason.RETRIES_EXHAUSTED);
}
