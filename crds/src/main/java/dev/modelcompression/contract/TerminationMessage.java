package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a step leaves with Kubernetes when its container ends: where to look, and the headline
 * numbers. At most {@value #MAX_BYTES} bytes of UTF-8, which is what the kubelet keeps.
 *
 * <p>Where there is no room for all of it, metrics are left out first, the last by name before the
 * others, then the message is cut. Outputs are never left out: their bounds are such that they fit.
 *
 * @param version version of the contract
 * @param exit how the step ended
 * @param message one line for people, at most {@value #MAX_MESSAGE_CHARS} characters; what is no
 *     printable text is replaced by spaces
 * @param report digest of the report file; null when none was published
 * @param outputs what was published, by name, at most 8; URIs are relative to the folder that the
 *     request names as its output. In the answer to an {@link InputsRequest}: the files that were
 *     found, see {@link InputsRequest#answeredBy}
 * @param metrics headline numbers; those that are not finite, or whose names are longer than 128
 *     characters or not plain, are left out, so that no gate can take them for a value
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TerminationMessage(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) ExitCode exit,
    @JsonProperty(required = true) String message,
    @Nullable String report,
    @JsonProperty(required = true) Map<String, Artifact> outputs,
    @JsonProperty(required = true) Map<String, Double> metrics)
    implements EndMessage {

  /** What the kubelet keeps of one container's message. */
  public static final int MAX_BYTES = 4096;

  /** The longest message. */
  public static final int MAX_MESSAGE_CHARS = 1024;

  private static final String WHAT = "termination message";

  private static final Pattern METRIC = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/ @-]{0,127}");

  public TerminationMessage {
    Versions.check(WHAT, version);
    message = Text.line(message, MAX_MESSAGE_CHARS);
    if (report != null) {
      Artifact.requireDigest(WHAT + " report", report);
    }
    OutputNames.requireBounded(WHAT, outputs);
    outputs = Ordered.copy(outputs);
    Map<String, Double> usable = new TreeMap<>(metrics);
    usable
        .entrySet()
        .removeIf(
            metric ->
                !Double.isFinite(metric.getValue()) || !METRIC.matcher(metric.getKey()).matches());
    metrics = Ordered.copy(usable);
  }

  /** The message of a finished step whose report has the given digest. */
  public static TerminationMessage of(StepReport report, @Nullable String reportDigest) {
    return new TerminationMessage(
        StepRequest.VERSION,
        report.exit(),
        report.message(),
        reportDigest,
        report.outputs(),
        report.metrics());
  }

  /** The message of a container that ended without a result. */
  public static TerminationMessage failed(ExitCode exit, String message) {
    return new TerminationMessage(StepRequest.VERSION, exit, message, null, Map.of(), Map.of());
  }

  /**
   * Reads what a pod left. The text is untrusted: too long or malformed is an error, never a guess.
   *
   * @throws IllegalArgumentException the text is not exactly a termination message
   */
  public static TerminationMessage parse(String json) {
    if (bytes(json) > MAX_BYTES) {
      throw new IllegalArgumentException(
          WHAT + ": has " + bytes(json) + " bytes, expected at most " + MAX_BYTES);
    }
    return ContractJson.read(json, TerminationMessage.class, WHAT);
  }

  /** The outputs at their places in the folder that the request named. */
  public Map<String, Artifact> outputsIn(String output) {
    String folder = output.endsWith("/") ? output : output + "/";
    Map<String, Artifact> placed = new TreeMap<>();
    outputs.forEach(
        (name, artifact) -> placed.put(name, artifact.at(name, folder + artifact.uri())));
    return Ordered.copy(placed);
  }

  /** The message as JSON of at most {@value #MAX_BYTES} bytes. */
  @Override
  public String toJson() {
    TreeMap<String, Double> kept = new TreeMap<>(metrics);
    String text = message;
    String json = json(text, kept);
    while (bytes(json) > MAX_BYTES && !kept.isEmpty()) {
      kept.pollLastEntry();
      json = json(text, kept);
    }
    while (bytes(json) > MAX_BYTES && !text.isEmpty()) {
      text = Text.line(text, text.length() / 2);
      json = json(text, kept);
    }
    return json;
  }

  private String json(String text, Map<String, Double> kept) {
    return CanonicalJson.of(new TerminationMessage(version, exit, text, report, outputs, kept));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
