package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.Text;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Why the cluster makes no pod, in the words of its API server. */
public final class Refusals {
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
    Reason reason =
        message.contains("exceeded quota") || message.contains("failed quota")
            ? Reason.QUOTA_EXCEEDED
            : Reason.POD_ADMISSION_FAILED;
    return new Refusal(reason, Text.line(message, Ending.MAX_MESSAGE).strip());
  }

  /** The newest refusal among a Job's Events. */
  public static Optional<Refusal> among(List<io.fabric8.kubernetes.api.model.Event> events) {
    return events.stream()
        .filter(event -> "FailedCreate".equals(event.getReason()))
        .max(
            Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
        .map(event -> of(Objects.requireNonNullElse(event.getMessage(), "")));
  }
}
