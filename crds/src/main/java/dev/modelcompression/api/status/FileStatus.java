package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A file by its content. */
public record FileStatus(
    @JsonPropertyDescription("name is what the file is: model, training, evaluation and so on.")
        @Required
        @Size(max = 64)
        String name,
    @JsonPropertyDescription(
            "uri is where the file is; the output of a step is relative to the folder of the step.")
        @Required
        @Size(max = 2048)
        String uri,
    @JsonPropertyDescription("digest is the SHA-256 of the content, as sha256:<64 hex digits>.")
        @Required
        @Size(max = 71)
        String digest,
    @JsonPropertyDescription("bytes is the size of the content. At least 0.") @Required @Min(0)
        Long bytes) {}
