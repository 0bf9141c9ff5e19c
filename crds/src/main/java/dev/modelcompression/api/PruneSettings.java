package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a prune step. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.structure != 'Unstructured' || self.importance in ['L1', 'L2', 'Taylor']",
    message = "structure Unstructured knows the importances L1, L2 and Taylor",
    fieldPath = ".importance")
@ValidationRule(
    value = "!has(self.pattern) || self.structure == 'Unstructured'",
    message = "pattern is only for structure Unstructured",
    fieldPath = ".pattern")
@ValidationRule(
    value = "!has(self.pattern) || self.iterations == 1",
    message = "a pattern is reached in one round",
    fieldPath = ".iterations")
@ValidationRule(
    value =
        "!has(self.pattern) || !self.pattern.matches('^[0-9]+:[0-9]+$') ||"
            + " int(self.pattern.split(':')[0]) < int(self.pattern.split(':')[1])",
    message = "expected N:M with N below M",
    fieldPath = ".pattern")
public record PruneSettings(
    @JsonPropertyDescription(
            "structure is what is removed. Channel takes whole channels out and leaves a smaller"
                + " dense network; Unstructured sets single weights to zero. Defaults to Channel.")
        @Default("Channel")
        Structure structure,
    @JsonPropertyDescription(
            "importance is how the worth of weights is estimated. L1 and L2 are norms of the weights;"
                + " BNGamma the scale of the batch normalization that follows; Taylor the first-order"
                + " change of the loss, which needs training data; FPGM the distance to the other"
                + " filters. Unstructured knows L1, L2 and Taylor. Defaults to L2.")
        @Default("L2")
        Importance importance,
    @JsonPropertyDescription(
            "ratio is the share to remove, after all iterations, of what ratioOf names. Above 0, at"
                + " most 0.99; defaults to 0.5.")
        @Default("0.5")
        @Min(value = 0, inclusive = false)
        @Max(0.99)
        Double ratio,
    @JsonPropertyDescription(
            "ratioOf is what ratio is a share of: Channels, Macs (multiplications with addition for"
                + " one sample) or Parameters. Unstructured pruning always counts parameters."
                + " Defaults to Macs.")
        @Default("Macs")
        RatioOf ratioOf,
    @JsonPropertyDescription(
            "scope is where weights are ranked. Global ranks all layers together, Local takes the"
                + " same share of every layer. Defaults to Global.")
        @Default("Global")
        Scope scope,
    @JsonPropertyDescription(
            "roundTo is the number that channel counts are kept a multiple of; other counts run no"
                + " faster on vector hardware. 1 to 256; defaults to 16.")
        @Default("16")
        @Min(1)
        @Max(256)
        Integer roundTo,
    @JsonPropertyDescription(
            "iterations is the number of rounds that the ratio is reached in. With more than one, the"
                + " fine-tune step that follows runs after each round. 1 to 20; defaults to 1.")
        @Default("1")
        @Min(1)
        @Max(20)
        Integer iterations,
    @JsonPropertyDescription(
            "samples is how many training samples Taylor importance looks at. 1 to 1000000; defaults"
                + " to 512.")
        @Default("512")
        @Min(1)
        @Max(1_000_000)
        Integer samples,
    @JsonPropertyDescription(
            "pattern, as N:M, keeps at most N weights of every M neighbours, such as 2:4. Only with"
                + " Unstructured, and then in place of ratio.")
        @Pattern("^[1-9][0-9]?:[1-9][0-9]?$")
        @Size(max = 5)
        @Nullable String pattern,
    @JsonPropertyDescription(
            "exclude names nodes of the graph that are left as they are. At most 256, of"
                + " at most 256 characters each.")
        @Size(max = 256)
        List<@Size(max = 256) String> exclude)
    implements StepSettings {

  /** What is removed. */
  public enum Structure {
    /** Whole channels. */
    @JsonProperty("Channel")
    CHANNEL,
    /** Single weights. */
    @JsonProperty("Unstructured")
    UNSTRUCTURED
  }

  /** How the worth of weights is estimated. */
  public enum Importance {
    /** Sum of absolute values. */
    @JsonProperty("L1")
    L1,
    /** Root of the sum of squares. */
    @JsonProperty("L2")
    L2,
    /** Scale of the batch normalization that follows. */
    @JsonProperty("BNGamma")
    BN_GAMMA,
    /** First-order change of the loss. */
    @JsonProperty("Taylor")
    TAYLOR,
    /** Distance to the geometric median of the layer's filters. */
    @JsonProperty("FPGM")
    FPGM
  }

  /** What the ratio is a share of. */
  public enum RatioOf {
    /** Channels. */
    @JsonProperty("Channels")
    CHANNELS,
    /** Multiplications with addition for one sample. */
    @JsonProperty("Macs")
    MACS,
    /** Weights. */
    @JsonProperty("Parameters")
    PARAMETERS
  }

  /** Where weights are ranked. */
  public enum Scope {
    /** All layers together. */
    @JsonProperty("Global")
    GLOBAL,
    /** Every layer by itself. */
    @JsonProperty("Local")
    LOCAL
  }

  public PruneSettings {
    structure = structure == null ? Structure.CHANNEL : structure;
    importance = importance == null ? Importance.L2 : importance;
    ratio = ratio == null ? 0.5 : ratio;
    ratioOf = ratioOf == null ? RatioOf.MACS : ratioOf;
    scope = scope == null ? Scope.GLOBAL : scope;
    roundTo = roundTo == null ? 16 : roundTo;
    iterations = iterations == null ? 1 : iterations;
    samples = samples == null ? 512 : samples;
    exclude = exclude == null ? List.of() : List.copyOf(exclude);
  }

  /** The same settings with another share and number of rounds. */
  public PruneSettings withRatio(double otherRatio, int otherIterations) {
    return new PruneSettings(
        structure,
        importance,
        otherRatio,
        ratioOf,
        scope,
        roundTo,
        otherIterations,
        samples,
        pattern,
        exclude);
  }
}
