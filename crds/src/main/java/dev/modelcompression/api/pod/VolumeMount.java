package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where a volume is seen in the step's container. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeMount(
    @JsonPropertyDescription("name is the name of one of the volumes.")
        @Required
        @Pattern(KubernetesNames.LABEL)
        @Size(max = 63)
        String name,
    @JsonPropertyDescription("mountPath is the folder in the container, an absolute path.")
        @Required
        @Pattern("^/[^:]*$")
        @Size(max = 512)
        String mountPath,
    @JsonPropertyDescription("subPath is the folder within the volume; its root when left out.")
        @Pattern("^[^/:][^:]*$")
        @Size(max = 512)
        @Nullable String subPath,
    @JsonPropertyDescription("readOnly mounts it so that nothing can be written.")
        @Nullable Boolean readOnly) {}
