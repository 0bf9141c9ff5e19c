package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One entry of a Secret or ConfigMap of the same namespace. */
public record KeyReference(
    @JsonPropertyDescription("name is the name of the object, which is in the same namespace.")
        @Required
        @Pattern(KubernetesNames.OBJECT)
        @Size(max = 253)
        String name,
    @JsonPropertyDescription("key is the entry of the object.")
        @Required
        @Pattern("^[-._a-zA-Z0-9]+$")
        @Size(max = 253)
        String key) {}
