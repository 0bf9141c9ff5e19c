package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a quantize step. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QuantizeSettings(
    @JsonPropertyDescription(
            "mode is when activations are scaled. Static fixes the scales from calibration data;"
                + " Dynamic finds them at every inference and needs no data. Defaults to Static.")
        @Default("Static")
        Mode mode,
    @JsonPropertyDescription(
            "calibrator is how Static chooses the range of an activation. MinMax takes all that was"
                + " seen, Percentile cuts outliers, Entropy loses the least information, MSE the"
                + " least squared error. Defaults to MSE.")
        @Default("MSE")
        Calibrator calibrator,
    @JsonPropertyDescription(
            "percentile is the share of values, in percent, that the Percentile calibrator keeps. 50"
                + " to 100; defaults to 99.999.")
        @Default("99.999")
        @Min(50)
        @Max(100)
        Double percentile,
    @JsonPropertyDescription(
            "perChannel gives every output channel of a weight its own scale. Defaults to true.")
        @Default("true")
        Boolean perChannel,
    @JsonPropertyDescription(
            "activationType is the integer type of activations. UInt8 is what CPUs run fastest."
                + " Defaults to UInt8.")
        @Default("UInt8")
        ActivationType activationType,
    @JsonPropertyDescription(
            "reduceRange keeps weights to 7 bits, against saturation on CPUs without VNNI. Auto looks"
                + " at the CPU of the step. Defaults to Never, so that artifacts do not depend on the"
                + " machine.")
        @Default("Never")
        ReduceRange reduceRange,
    @JsonPropertyDescription(
            "exclude names nodes of the graph that stay in floating point. At most 256, of"
                + " at most 256 characters each.")
        @Size(max = 256)
        List<@Size(max = 256) String> exclude,
    @JsonPropertyDescription(
            "maxAccuracyDrop is the loss of top-1 accuracy, as a fraction, above which the worst"
                + " nodes go back to floating point; measured on training data, never on evaluation"
                + " data. Left out: nothing goes back. 0 to 1.")
        @Min(0)
        @Max(1)
        @Nullable Double maxAccuracyDrop)
    implements StepSettings {

  /** When activations are scaled. */
  public enum Mode {
    /** Once, from calibration data. */
    @JsonProperty("Static")
    STATIC,
    /** At every inference. */
    @JsonProperty("Dynamic")
    DYNAMIC
  }

  /** How the range of an activation is chosen. */
  public enum Calibrator {
    /** Least and greatest value seen. */
    @JsonProperty("MinMax")
    MIN_MAX,
    /** The share of values that the percentile names. */
    @JsonProperty("Percentile")
    PERCENTILE,
    /** Least Kullback-Leibler divergence. */
    @JsonProperty("Entropy")
    ENTROPY,
    /** Least squared error. */
    @JsonProperty("MSE")
    MSE
  }

  /** Integer type of activations. */
  public enum ActivationType {
    /** 0 to 255. */
    @JsonProperty("UInt8")
    UINT8,
    /** -128 to 127. */
    @JsonProperty("Int8")
    INT8
  }

  /** Whether weights are kept to 7 bits. */
  public enum ReduceRange {
    /** When the CPU needs it. */
    @JsonProperty("Auto")
    AUTO,
    /** On every CPU. */
    @JsonProperty("Always")
    ALWAYS,
    /** On no CPU. */
    @JsonProperty("Never")
    NEVER
  }

  public QuantizeSettings {
    mode = mode == null ? Mode.STATIC : mode;
    calibrator = calibrator == null ? Calibrator.MSE : calibrator;
    percentile = percentile == null ? 99.999 : percentile;
    perChannel = perChannel == null ? Boolean.TRUE : perChannel;
    activationType = activationType == null ? ActivationType.UINT8 : activationType;
    reduceRange = reduceRange == null ? ReduceRange.NEVER : reduceRange;
    exclude = exclude == null ? List.of() : List.copyOf(exclude);
  }

  /** The same settings with another calibrator. */
  public QuantizeSettings withCalibrator(Calibrator other) {
    return with(other, maxAccuracyDrop);
  }

  /** The same settings with another limit to the accuracy drop. */
  public QuantizeSettings withMaxAccuracyDrop(double other) {
    return with(calibrator, other);
  }

  private QuantizeSettings with(Calibrator otherCalibrator, @Nullable Double otherDrop) {
    return new QuantizeSettings(
        mode,
        otherCalibrator,
        percentile,
        perChannel,
        activationType,
        reduceRange,
        exclude,
        otherDrop);
  }
}
