package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.Metric;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One limit of one gate, held against the numbers of the result. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateStatus(
    @JsonPropertyDescription("metric is the number that is limited.") @Required Metric metric,
    @JsonPropertyDescription("limit is which limit: min, max, maxDrop, minRatio or maxRatio.")
        @Required
        @Size(max = 16)
        String limit,
    @JsonPropertyDescription("bound is where the limit is, a decimal number.")
        @Required
        @Size(max = 32)
        String bound,
    @JsonPropertyDescription(
            "value is what was found, a decimal number; missing when none was measured.")
        @Size(max = 32)
        @Nullable String value,
    @JsonPropertyDescription("passed is whether the value keeps the limit.") @Required
        Boolean passed) {}
