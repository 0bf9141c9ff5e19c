package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Where a compression keeps its files. */
public record WorkspaceSource(
    @JsonPropertyDescription(
            "uri is the location: pvc://<claim>/<folder> in a cluster, file:///<folder> on one"
                + " machine.")
        @Required
        @Pattern("^(pvc|file|s3)://.+$")
        @Size(max = 2048)
        String uri) {}
