package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** An object of the same namespace, by its name. */
public record LocalReference(
    @JsonPropertyDescription("name is the name of the object, which is in the same namespace.")
        @Required
        @Pattern(KubernetesNames.OBJECT)
        @Size(max = 253)
        String name) {}
