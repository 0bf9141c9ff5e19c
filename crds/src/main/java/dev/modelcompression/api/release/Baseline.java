package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.ModelSource;
import dev.modelcompression.api.pod.LocalReference;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** The model that serves now. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Baseline(
    @JsonPropertyDescription(
            "model is where the model is, and its digest. Only in the template of a ModelCompression"
                + " may the digest be left out, when the model is the one that was compressed.")
        @Required
        ModelSource model,
    @JsonPropertyDescription(
            "deployment names a Deployment of this namespace that serves the model already. It is"
                + " never changed; its pod template is what the candidate's is made of, with the model's"
                + " uri and digest replaced wherever they stand in arguments and environment. When left"
                + " out, the operator makes a Deployment of server.")
        @Nullable LocalReference deployment) {}
