package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.pod.PodTemplate;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Desired compression of one ONNX model. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ModelCompressionSpec(
    @JsonPropertyDescription("model is the trained ONNX model to compress.") @Required
        ModelSource model,
    @JsonPropertyDescription(
            "datasets are the data that steps learn from, calibrate with and are judged by.")
        Datasets datasets,
    @JsonPropertyDescription(
            "workspace is where artifacts, reports and the step cache are kept. The command line"
                + " takes --workspace instead of it.")
        @Nullable WorkspaceSource workspace,
    @JsonPropertyDescription(
            "seed is the start of every random choice: data order, sampling, dropout. The same spec,"
                + " files, seed, build of the tool, number of threads and kind of CPU give"
                + " bit-identical models; another number of threads or kind of CPU adds"
                + " floating-point numbers in another order, which changes their last bits. Times"
                + " are measured and never repeat. Defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(4294967295.0)
        Long seed,
    @JsonPropertyDescription(
            "steps run one after the other, each on the model that the one before it made. 1 to 32"
                + " steps, with unique names.")
        @Required
        @Size(min = 1, max = 32)
        List<Step> steps,
    @JsonPropertyDescription(
            "gates are limits that the result must keep, read from the last evaluate step. A number"
                + " that is missing never passes. At most 32.")
        @Size(max = 32)
        List<Gate> gates,
    @JsonPropertyDescription("tuning says what to do when a gate fails.") Tuning tuning,
    @JsonPropertyDescription(
            "restartNonce is any text; changing it forces a fresh run that takes nothing from the"
                + " cache.")
        @Size(max = 63)
        @Nullable String restartNonce,
    @JsonPropertyDescription(
            "suspend stops the running step and starts nothing until it is false again; finished"
                + " steps are kept. Only in a cluster. Defaults to false.")
        @Default("false")
        Boolean suspend,
    @JsonPropertyDescription(
            "ttlAfterFinished is how long the ModelCompression stays after its end before the"
                + " operator deletes it, such as 24h. It stays forever when left out. Files in the"
                + " workspace always stay.")
        @Pattern(Durations.PATTERN)
        @Nullable String ttlAfterFinished,
    @JsonPropertyDescription(
            "podTemplate says how the pods of the steps are made in a cluster. Changing it does not"
                + " start a new run, unless it changes the number of threads.")
        @Nullable PodTemplate podTemplate,
    @JsonPropertyDescription(
            "release is reserved for the template of a ModelRelease. It is kept as it is and has no"
                + " effect yet.")
        @PreserveUnknownFields
        @Nullable JsonNode release) {

  public ModelCompressionSpec {
    datasets = datasets == null ? Datasets.NONE : datasets;
    seed = seed == null ? 0L : seed;
    steps = List.copyOf(steps);
    gates = gates == null ? List.of() : List.copyOf(gates);
    suspend = suspend != null && suspend;
    tuning = tuning == null ? Tuning.defaults() : tuning;
  }
}
