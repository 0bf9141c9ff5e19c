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
public record Gate(
    @JsonPropertyDescription("metric is the number that is limited, as the evaluate step finds it.")
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
