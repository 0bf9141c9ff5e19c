package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The compressed model: the one that passed, else the best effort. */
public record ResultStatus(
    @JsonPropertyDescription("uri is where the model is.") @Required @Size(max = 2304) String uri,
    @JsonPropertyDescription("digest is the SHA-256 of the model, as sha256:<64 hex digits>.")
        @Required
        @Size(max = 71)
        String digest,
    @JsonPropertyDescription("bytes is the size of the model with its external data. At least 0.")
        @Required
        @Min(0)
        Long bytes,
    @JsonPropertyDescription("trial is the trial that made it, from 1.") @Required @Min(1) @Max(16)
        Integer trial,
    @JsonPropertyDescription("passed is whether it keeps every gate.") @Required Boolean passed) {}
