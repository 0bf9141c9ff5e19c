package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A data set: a location of its own, or samples of another one. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = "has(self.uri) != has(self.from)", message = "exactly one of uri and from")
@ValidationRule(value = Locations.FILE_RULE, message = Locations.FILE, fieldPath = ".uri")
@ValidationRule(
    value = "!(has(self.from) && has(self.digest))",
    message = "digest belongs to the data set that has the uri")
public record DatasetSource(
    @JsonPropertyDescription(
            "uri is the location of the data: an .npz file with arrays named after the model's inputs"
                + " and, for labelled data, an array named labels. pvc://<claim>/<path> in a"
                + " cluster, s3://<bucket>/<key>, file:///path, or a path relative to the YAML file on"
                + " the command line. In a pod, file: is a path inside the step image.")
        @Size(min = 1, max = 2048)
        @Nullable String uri,
    @JsonPropertyDescription(
            "digest is what the file must hash to, as sha256:<64 hex digits>. When left out, the"
                + " digest that is found is recorded.")
        @Pattern(Digests.PATTERN)
        @Nullable String digest,
    @JsonPropertyDescription(
            "from names the data set of this spec that the samples are drawn from, in place of a uri:"
                + " only calibration has it, and only training can be named. Samples come from the"
                + " whole file of that set, whatever its own samples say.")
        @Nullable From from,
    @JsonPropertyDescription(
            "samples is how many samples to draw, at random by the spec's seed and without putting"
                + " back. All samples when left out. 1 to 100000000.")
        @Min(1)
        @Max(100_000_000)
        @Nullable Integer samples) {

  /** A data set that another can be drawn from. */
  public enum From {
    /** The training set. */
    @JsonProperty(Datasets.TRAINING)
    TRAINING
  }
}
