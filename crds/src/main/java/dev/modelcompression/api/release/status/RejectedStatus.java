package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.status.Reason;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A model that was rolled back and is refused until it is released again by command. */
public record RejectedStatus(
    @JsonPropertyDescription("digest is the SHA-256 of the model.") @Required @Size(max = 71)
        String digest,
    @JsonPropertyDescription("reason is why.") @Required Reason reason,
    @JsonPropertyDescription("time is when.") @Required @Size(max = 32) String time,
    @JsonPropertyDescription("message has the figures that decided.") @Required @Size(max = 1024)
        String message) {}
