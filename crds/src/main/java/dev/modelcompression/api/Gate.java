package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A limit that the compressed model must keep. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "has(self.min) || has(self.max) || has(self.maxDrop) || has(self.minRatio) ||"
            + " has(self.maxRatio)",
    message = "at least one of min, max, maxDrop, minRatio and maxRatio")
@ValidationRule(
    value = "!(has(self.min) && has(self.max)) || self.min <= self.max",
    message = "min is above max, so nothing can pass")
@ValidationRule(
    value = "!(has(self.minRatio) && has(self.maxRatio)) || self.minRatio <= self.maxRatio",
    message = "minRatio is above maxRatio, so nothing can pass")
@ValidationRule(
    value =
        "self.metric != 'agreement' || (!has(self.maxDrop) && !has(self.minRatio) &&"
            + " !has(self.maxRatio))",
    message = "agreement is with the original: it has min and max only")
@ValidationRule(
    value =
        "!(self.metric in ['top1', 'top5', 'agreement']) || ((!has(self.min) || self.min <= 1.0) &&"
            + " (!has(self.max) || self.max <= 1.0) && (!has(self.maxDrop) || self.maxDrop <= 1.0))",
    message =
        "top1, top5 and agreement are fractions: min, max and maxDrop are at most 1; 0.005 is half a"
            + " percentage point")
public record Gate(
    @JsonPropertyDescription(
            "metric is the number that is limited, as the evaluate step finds it: top1, top5 and agreement"
                + " with the original are fractions from 0 to 1; latencyP50, latencyP95 and latencyP99"
                + " milliseconds of one inference; throughput samples per second; sizeBytes and"
                + " peakMemoryBytes bytes; parameters and macs counts.")
        @Required
        Metric metric,
    @JsonPropertyDescription("min is the least accepted value of the result, in the metric's unit.")
        @Nullable Double min,
    @JsonPropertyDescription(
            "max is the greatest accepted value of the result, in the metric's unit.")
        @Nullable Double max,
    @JsonPropertyDescription(
            "maxDrop is how far the result may be below the original, in the metric's unit: 0.005 of"
                + " top1 is half a percentage point. At least 0.")
        @Min(0)
        @Nullable Double maxDrop,
    @JsonPropertyDescription(
            "minRatio is the least accepted quotient of result and original. At least 0.")
        @Min(0)
        @Nullable Double minRatio,
    @JsonPropertyDescription(
            "maxRatio is the greatest accepted quotient of result and original: 0.3 of sizeBytes is"
                + " 30 % of the original size. At least 0.")
        @Min(0)
        @Nullable Double maxRatio) {}
