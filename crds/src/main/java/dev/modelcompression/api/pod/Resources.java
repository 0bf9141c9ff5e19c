package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a container gets of a machine. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.requests) || self.requests.all(name, " + KubernetesNames.IS_RESOURCE + ")",
    message = KubernetesNames.RESOURCE_EXPECTED,
    fieldPath = ".requests")
@ValidationRule(
    value = "!has(self.limits) || self.limits.all(name, " + KubernetesNames.IS_RESOURCE + ")",
    message = KubernetesNames.RESOURCE_EXPECTED,
    fieldPath = ".limits")
public record Resources(
    @JsonPropertyDescription(
            "requests are amounts that the scheduler sets aside, by name: cpu, memory,"
                + " ephemeral-storage or an extended resource. At most 16.")
        @Size(max = 16)
        Map<String, @Pattern(Quantity.PATTERN) Quantity> requests,
    @JsonPropertyDescription(
            "limits are amounts that the container cannot go beyond, by name. At most 16.")
        @Size(max = 16)
        Map<String, @Pattern(Quantity.PATTERN) Quantity> limits) {
  /** Nothing is asked for. */
  public static final Resources NONE = new Resources(Map.of(), Map.of());

  public Resources {
    requests = ordered(requests);
    limits = ordered(limits);
  }

  /** These amounts, and those of the other where these say nothing. */
  public Resources orElse(Resources other) {
    return new Resources(merged(other.requests, requests), merged(other.limits, limits));
  }

  private static Map<String, Quantity> merged(
      Map<String, Quantity> under, Map<String, Quantity> over) {
    Map<String, Quantity> all = new TreeMap<>(under);
    all.putAll(over);
    return all;
  }

  private static Map<String, Quantity> ordered(@Nullable Map<String, Quantity> amounts) {
    return amounts == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(amounts));
  }
}
