package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a model is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = Locations.FILE_RULE, message = Locations.FILE, fieldPath = ".uri")
public record ModelSource(
    @JsonPropertyDescription(
            "uri is the location of the ONNX file: pvc://<claim>/<path> in a cluster,"
                + " s3://<bucket>/<key>, file:///path, or a path relative to the YAML file on the"
                + " command line. In a pod, file: is a path inside the step image.")
        @Required
        @Size(min = 1, max = 2048)
        String uri,
    @JsonPropertyDescription(
            "digest is what the model must hash to, as sha256:<64 hex digits>: the SHA-256 of the"
                + " file or, when the model has external data, of a listing that begins with"
                + " 'sha256:<digest of the file>' and goes on with 'sha256:<digest> <name>' for each"
                + " external file, ordered by name, each line ended by a line feed. 'mc analyze' prints"
                + " it. When left out, the digest that is found is recorded.")
        @Pattern(Digests.PATTERN)
        @Nullable String digest) {}
