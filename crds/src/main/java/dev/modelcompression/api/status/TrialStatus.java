package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** What came of one trial that has ended. */
public record TrialStatus(
    @JsonPropertyDescription("trial is the number of the trial, from 1.") @Required @Min(1) @Max(16)
        Integer trial,
    @JsonPropertyDescription("settings says in what the trial differed from the spec.")
        @Required
        @Size(max = 256)
        String settings,
    @JsonPropertyDescription("passed is whether every gate passed.") @Required Boolean passed,
    @JsonPropertyDescription("message says what came of it. At most 512 characters.")
        @Required
        @Size(max = 512)
        String message) {}
