package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.Text;
import io.fabric8.kubernetes.api.model.Event;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Why the cluster makes no pod of a Job, or no container of a pod, in its own words. */
public final class Refusals {
  private static final String NO_POD = "FailedCreate";

  /** What the kubelet, or who attaches volumes, cannot do before there is a container. */
  private static final Set<String> NO_CONTAINER =
      Set.of(
          "FailedMount",
          "FailedMapVolume",
          "FailedAttachVolume",
          "FailedCreatePodSandBox",
          "FailedPodSandBoxStatus");

  /** Says that all of the above has been done. */
  private static final Set<String> OVERCOME = Set.of("SuccessfulAttachVolume", "Pulling", "Pulled");

  /** A volume is on another node, where a pod uses it, or used it until the node was lost. */
  private static final String ELSEWHERE = "Multi-Attach error";

  private Refusals() {}

  /**
   * A refusal.
   *
   * @param reason what it is
   * @param message one line for people
   */
  public record Refusal(Reason reason, String message) {}

  /** What a message of the API server or of the Job controller means. */
  public static Refusal of(String message) {
    // "exceeded quota", and "status unknown for quota" of one just made. The third, "failed quota:
    // few: must specify limits.cpu", is no want of room: waiting does not help.
    boolean noRoom = message.contains(" quota") && !message.contains(" must specify ");
    Reason reason = noRoom ? Reason.QUOTA_EXCEEDED : Reason.POD_ADMISSION_FAILED;
    return new Refusal(reason, Text.line(message, Ending.MAX_MESSAGE).strip());
  }

  /** The newest refusal among the Events of a Job or of a pod, unless it is overcome. */
  public static Optional<Refusal> among(List<Event> events) {
    return events.stream()
        .filter(event -> isRefusal(event) || OVERCOME.contains(event.getReason()))
        .max(
            Comparator.comparing(
                    (Event event) -> Objects.requireNonNullElse(event.getLastTimestamp(), ""))
                .thenComparing(event -> !isRefusal(event)))
        .filter(Refusals::isRefusal)
        .map(Refusals::refusal);
  }

  private static boolean isRefusal(Event event) {
    return NO_POD.equals(event.getReason()) || NO_CONTAINER.contains(event.getReason());
  }

  private static Refusal refusal(Event event) {
    String message = Objects.requireNonNullElse(event.getMessage(), "");
    if (NO_POD.equals(event.getReason())) {
      return of(message);
    }
    return new Refusal(
        message.contains(ELSEWHERE) ? Reason.UNSCHEDULABLE : Reason.POD_START_FAILED,
        Text.line(event.getReason() + ": " + message, Ending.MAX_MESSAGE).strip());
  }
}
