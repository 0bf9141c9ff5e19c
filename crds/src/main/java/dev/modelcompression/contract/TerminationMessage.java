package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a step leaves with Kubernetes when its container ends: where to look, and the headline
 * numbers. At most {@value #MAX_BYTES} bytes of UTF-8, which is what the kubelet keeps.
 *
 * @param version version of the contract
 * @param exit how the step ended
 * @param message one sentence for people, cut when there is no room
 * @param report digest of the report file; null when none was published
 * @param metrics headline numbers; the last by name are left out when there is no room
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TerminationMessage(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) ExitCode exit,
    @JsonProperty(required = true) String message,
    @Nullable String report,
    @JsonProperty(required = true) Map<String, Double> metrics) {

  /** What the kubelet keeps of one container's message. */
  public static final int MAX_BYTES = 4096;

  private static final int MAX_MESSAGE_CHARS = 1024;

  public TerminationMessage {
    Versions.check("termination message", version);
    metrics = Ordered.copy(metrics);
  }

  /** The message of a finished step whose report has the given digest. */
  public static TerminationMessage of(StepReport report, @Nullable String reportDigest) {
    return new TerminationMessage(
        StepRequest.VERSION, report.exit(), report.message(), reportDigest, report.metrics());
  }

  /**
   * Reads what a pod left. The text is untrusted: too long or malformed is an error, never a guess.
   *
   * @throws IllegalArgumentException the text is not exactly a termination message
   */
  public static TerminationMessage parse(String json) {
    if (bytes(json) > MAX_BYTES) {
      throw new IllegalArgumentException(
          "termination message: has " + bytes(json) + " bytes, expected at most " + MAX_BYTES);
    }
    return ContractJson.read(json, TerminationMessage.class, "termination message");
  }

  /** The message as JSON of at most {@value #MAX_BYTES} bytes. */
  public String toJson() {
    TreeMap<String, Double> kept = new TreeMap<>(metrics);
    String text = cut(message, MAX_MESSAGE_CHARS);
    String json = json(text, kept);
    while (bytes(json) > MAX_BYTES && !kept.isEmpty()) {
      kept.pollLastEntry();
      json = json(text, kept);
    }
    while (bytes(json) > MAX_BYTES && !text.isEmpty()) {
      text = cut(text, text.length() / 2);
      json = json(text, kept);
    }
    return json;
  }

  private String json(String text, Map<String, Double> kept) {
    return CanonicalJson.of(new TerminationMessage(version, exit, text, report, kept));
  }

  private static String cut(String text, int chars) {
    if (text.length() <= chars) {
      return text;
    }
    int end = chars > 0 && Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
    return text.substring(0, end);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
