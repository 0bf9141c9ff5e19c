package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.modelcompression.api.Step;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a step is told.
 *
 * @param version version of the contract, {@value #VERSION}
 * @param runId the run that the step belongs to
 * @param trial the trial within the run, from 1
 * @param attempt how often this step of this trial was started, from 1
 * @param step name and typed settings
 * @param inputs models by name: {@code model} and, where the step needs it, {@code original}
 * @param datasets data by use: {@code training}, {@code calibration}, {@code evaluation}; only
 *     those that the step needs
 * @param output URI of the folder to write to
 * @param seed start of every random choice
 * @param deadline when the step is stopped, if ever
 * @param threads threads that the step may use, at least 1
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) int trial,
    @JsonProperty(required = true) int attempt,
    @JsonProperty(required = true) Step step,
    @JsonProperty(required = true) Map<String, Artifact> inputs,
    @JsonProperty(required = true) Map<String, DatasetInput> datasets,
    @JsonProperty(required = true) String output,
    @JsonProperty(required = true) long seed,
    @Nullable Instant deadline,
    @JsonProperty(required = true) int threads) {

  /** The version of the contract that this code speaks. */
  public static final String VERSION = "v1";

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_STEP_REQUEST";

  public StepRequest {
    Versions.check("step request", version);
    inputs = Ordered.copy(inputs);
    datasets = Ordered.copy(datasets);
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
  }

  /**
   * An input that the step cannot do without.
   *
   * @throws IllegalArgumentException it is not there
   */
  public Artifact input(String name) {
    return Optional.ofNullable(inputs.get(name))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "step '%s': input '%s' is missing, found %s"
                        .formatted(step.name(), name, inputs.keySet())));
  }

  /** A data set, if the step was given it. */
  public Optional<DatasetInput> dataset(String name) {
    return Optional.ofNullable(datasets.get(name));
  }
}
