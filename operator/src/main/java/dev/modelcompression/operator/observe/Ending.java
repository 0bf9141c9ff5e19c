package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param exit the kind of end
 * @param exitStatus the container's exit status; null when no container ended
 * @param reason why it is no success; null for a success
 * @param message one line for people, at most {@value #MAX_MESSAGE} characters
 * @param outputs what it published, relative to its output folder
 * @param metrics its headline numbers
 */
public record Ending(
    ExitCode exit,
    @Nullable Integer exitStatus,
    @Nullable Reason reason,
    String message,
    Map<String, Artifact> outputs,
    Map<String, Double> metrics) {
  /** What the status keeps of a message. */
  public static final int MAX_MESSAGE = 256;

  public Ending {
    message = dev.modelcompression.contract.Text.line(message, MAX_MESSAGE).strip();
  }

  /** An end without a result. */
  public static Ending failed(
      ExitCode exit, @Nullable Integer exitStatus, Reason reason, String message) {
    return new Ending(exit, exitStatus, reason, message, Map.of(), Map.of());
  }
}
