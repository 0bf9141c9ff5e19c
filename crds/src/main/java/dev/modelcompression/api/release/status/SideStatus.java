package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One of the two models of a release. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SideStatus(
    @JsonPropertyDescription("uri is where the model is.") @Required @Size(max = 2304) String uri,
    @JsonPropertyDescription("digest is the SHA-256 of the model, as sha256:<64 hex digits>.")
        @Required
        @Size(max = 71)
        String digest,
    @JsonPropertyDescription("workload names its Deployment and its Service.")
        @Required
        @Size(max = 253)
        String workload,
    @JsonPropertyDescription("ready is whether enough of its pods answer.") @Required
        Boolean ready) {}
