package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where a compression keeps its files. */
@ValidationRule(value = Locations.FOLDER_RULE, message = Locations.FOLDER, fieldPath = ".uri")
public record WorkspaceSource(
    @JsonPropertyDescription(
            "uri is the location: pvc://<claim>/<folder> or s3://<bucket>/<prefix> in a cluster,"
                + " file:///<folder> on one machine. In S3, a step that was killed begins anew: its"
                + " checkpoint goes with the pod.")
        @Required
        @Size(max = 2048)
        String uri) {}
