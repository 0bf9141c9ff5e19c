package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a volume is seen in the step's container. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!self.mountPath.matches('^/(opt|scratch|mnt/claims)?(/|$)') && !self.mountPath.matches('//|/[.][.]?(/|$)')",
    message = "expected a plain path outside /, /opt, /scratch and /mnt/claims",
    fieldPath = ".mountPath")
@ValidationRule(
    value = "!has(self.subPath) || !self.subPath.matches('(^|/)[.][.](/|$)')",
    message = "must not contain '..'",
    fieldPath = ".subPath")
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
