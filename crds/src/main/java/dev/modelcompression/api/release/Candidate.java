package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.ModelSource;
import dev.modelcompression.api.pod.LocalReference;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The model that is to take over. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.model) != has(self.compression)",
    message = "exactly one of model and compression")
@ValidationRule(
    value = "!has(self.model) || has(self.model.digest)",
    message = "is missing; a release is of known bytes",
    fieldPath = ".model.digest")
public record Candidate(
    @JsonPropertyDescription("model is where the model is, and its digest, which is required.")
        @Nullable ModelSource model,
    @JsonPropertyDescription(
            "compression names a ModelCompression of this namespace: its result is released once all"
                + " of its gates have passed.")
        @Nullable LocalReference compression) {}
