package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The last measurement of one metric. Figures are decimal numbers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MetricStatus(
    @JsonPropertyDescription("name is the metric.") @Required @Size(max = 40) String name,
    @JsonPropertyDescription("verdict is what the measurement says.") @Required Verdict verdict,
    @JsonPropertyDescription("baseline is the figure of the baseline.") @Size(max = 32)
        @Nullable String baseline,
    @JsonPropertyDescription("candidate is the figure of the candidate.") @Size(max = 32)
        @Nullable String candidate,
    @JsonPropertyDescription("low is the lower bound of what was limited, at the confidence asked.")
        @Size(max = 32)
        @Nullable String low,
    @JsonPropertyDescription("high is the upper bound of it.") @Size(max = 32)
        @Nullable String high,
    @JsonPropertyDescription("samples is how many answers it rests on. At least 0.")
        @Required
        @Min(0)
        Long samples,
    @JsonPropertyDescription("message says it in a sentence.") @Required @Size(max = 300)
        String message) {}
