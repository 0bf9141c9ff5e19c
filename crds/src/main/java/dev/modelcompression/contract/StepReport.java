package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that a step tells.
 *
 * @param version version of the contract
 * @param step name of the step
 * @param type kind of the step
 * @param exit how it ended
 * @param message one sentence for people
 * @param inputs what it read, models and data alike
 * @param outputs what it made; {@code model} is what the next step continues with
 * @param metrics headline numbers; numbers that are not finite are left out, so that no gate can
 *     take them for a value
 * @param details everything else, free in form
 * @param lineage how the outputs came to be
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepReport(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String step,
    @JsonProperty(required = true) StepType type,
    @JsonProperty(required = true) ExitCode exit,
    @JsonProperty(required = true) String message,
    @JsonProperty(required = true) Map<String, Artifact> inputs,
    @JsonProperty(required = true) Map<String, Artifact> outputs,
    @JsonProperty(required = true) Map<String, Double> metrics,
    @JsonProperty(required = true) JsonNode details,
    @JsonProperty(required = true) Lineage lineage) {

  /**
   * How the outputs came to be.
   *
   * @param toolVersion version of the program that ran the step
   * @param seed start of every random choice
   * @param settings the step as it was requested
   * @param started when the step began
   * @param seconds how long it took
   */
  public record Lineage(
      @JsonProperty(required = true) String toolVersion,
      @JsonProperty(required = true) long seed,
      @JsonProperty(required = true) Step settings,
      @JsonProperty(required = true) Instant started,
      @JsonProperty(required = true) double seconds) {}

  public StepReport {
    Versions.check("step report", version);
    inputs = Ordered.copy(inputs);
    outputs = Ordered.copy(outputs);
    Map<String, Double> finite = new TreeMap<>(metrics);
    finite.values().removeIf(value -> value == null || !Double.isFinite(value));
    metrics = Ordered.copy(finite);
  }

  /** A report of the current version about the given request. */
  public static StepReport of(
      StepRequest request,
      ExitCode exit,
      String message,
      Map<String, Artifact> outputs,
      Map<String, Double> metrics,
      JsonNode details,
      Lineage lineage) {
    Map<String, Artifact> inputs = new TreeMap<>(request.inputs());
    request.datasets().forEach((name, dataset) -> inputs.put(name, dataset.artifact()));
    return new StepReport(
        StepRequest.VERSION,
        request.step().name(),
        request.step().type(),
        exit,
        message,
        inputs,
        outputs,
        metrics,
        details,
        lineage);
  }

  /** A report of a step that made nothing. */
  public static StepReport failed(
      StepRequest request, ExitCode exit, String message, Lineage lineage) {
    return of(
        request, exit, message, Map.of(), Map.of(), JsonNodeFactory.instance.objectNode(), lineage);
  }

  /** The same report with outputs at other places. */
  public StepReport withOutputs(Map<String, Artifact> others) {
    return new StepReport(
        version, step, type, exit, message, inputs, others, metrics, details, lineage);
  }

  /** The model that the next step continues with, all its files, if this step made one. */
  @JsonIgnore
  public Optional<Artifact> model() {
    return Artifact.model(outputs);
  }
}
