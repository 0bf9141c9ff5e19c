package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where a model is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ModelSource(
    @JsonPropertyDescription(
            "uri is the location of the ONNX file: file:///path, or a path relative to the YAML file"
                + " on the command line. In a pod, file: is a path inside the step image.")
        @Required
        @Size(min = 1, max = 2048)
        String uri,
    @JsonPropertyDescription(
            "digest is what the file must hash to, as sha256:<64 hex digits>. When left out, the"
                + " digest that is found is recorded.")
        @Pattern(Digests.PATTERN)
        @Nullable String digest) {}
