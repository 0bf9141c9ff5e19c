package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import java.util.TreeMap;

/** Settings of a step that runs a user's image. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.parameters) || self.parameters.all(name, size(name) <= 253)",
    message = "names have at most 253 characters",
    fieldPath = ".parameters")
public record CustomSettings(
    @JsonPropertyDescription(
            "image is the container image to run; pin it by digest, or the cache cannot tell when it"
                + " changes.")
        @Required
        @Pattern("^\\S+$")
        @Size(min = 1, max = 1024)
        String image,
    @JsonPropertyDescription(
            "parameters are handed to the image as they are, within the step request. At most 32, of at"
                + " most 1024 characters each.")
        @Size(max = 32)
        Map<String, @Size(max = 1024) String> parameters)
    implements StepSettings {
  public CustomSettings {
    parameters =
        parameters == null
            ? Map.of()
            : java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }
}
