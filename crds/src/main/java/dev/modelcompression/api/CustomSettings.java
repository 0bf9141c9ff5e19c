package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.Map;
import java.util.TreeMap;

/** Settings of a step that runs a user's image. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CustomSettings(
    @JsonPropertyDescription(
            "image is the container image to run; pin it by digest, or the cache cannot tell when it"
                + " changes.")
        @Required
        @Size(min = 1, max = 1024)
        String image,
    @JsonPropertyDescription("parameters are handed to the image as they are.")
        Map<String, String> parameters)
    implements StepSettings {
  public CustomSettings {
    parameters =
        parameters == null
            ? Map.of()
            : java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }
}
