package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A limit that the candidate must keep while it serves. */
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
        "has(self.query) || self.name in ['accuracy', 'agreement', 'errorRate', 'latencyP50',"
            + " 'latencyP99']",
    message =
        "expected accuracy, agreement, errorRate, latencyP50 or latencyP99, or a query of its own",
    fieldPath = ".name")
@ValidationRule(
    value =
        "self.name != 'agreement' || has(self.query) || (!has(self.maxDrop) && !has(self.minRatio)"
            + " && !has(self.maxRatio))",
    message = "agreement is with the baseline: it has min and max only")
@ValidationRule(
    value =
        "has(self.query) || !(self.name in ['accuracy', 'agreement', 'errorRate']) ||"
            + " ((!has(self.min) || self.min <= 1.0) && (!has(self.max) || self.max <= 1.0) &&"
            + " (!has(self.maxDrop) || self.maxDrop <= 1.0))",
    message =
        "accuracy, agreement and errorRate are fractions: min, max and maxDrop are at most 1; 0.005"
            + " is half a percentage point")
public record ReleaseMetric(
    @JsonPropertyDescription(
            "name is what is limited: accuracy, the share of right answers to labelled samples;"
                + " agreement, the share of samples that both models answer alike; errorRate, the share"
                + " of requests without a valid answer; latencyP50 and latencyP99, milliseconds of one"
                + " request. Any other name needs a query.")
        @Required
        @Pattern("^[a-z][A-Za-z0-9]{0,39}$")
        @Size(max = 40)
        String name,
    @JsonPropertyDescription("min is the least accepted value of the candidate.")
        @Nullable Double min,
    @JsonPropertyDescription("max is the greatest accepted value of the candidate.")
        @Nullable Double max,
    @JsonPropertyDescription(
            "maxDrop is how far the candidate may be below the baseline: 0.005 of accuracy is half a"
                + " percentage point. At least 0.")
        @Min(0)
        @Nullable Double maxDrop,
    @JsonPropertyDescription(
            "minRatio is the least accepted quotient of candidate and baseline. At least 0.")
        @Min(0)
        @Nullable Double minRatio,
    @JsonPropertyDescription(
            "maxRatio is the greatest accepted quotient of candidate and baseline. At least 0.")
        @Min(0)
        @Nullable Double maxRatio,
    @JsonPropertyDescription(
            "query is a PromQL expression that gives one number for one side. These are filled in:"
                + " {{namespace}}, {{release}}, {{workload}} (the Deployment and Service of the side),"
                + " {{model}}, {{interval}}.")
        @Size(min = 1, max = 2048)
        @Nullable String query) {}
