package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.Durations;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How requests are divided between baseline and candidate. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "(self.provider == 'GatewayAPI') == has(self.gateway)",
    message = "gateway belongs to provider GatewayAPI, which needs it",
    fieldPath = ".gateway")
@ValidationRule(
    value = "self.provider == 'GatewayAPI' || !has(self.mirrorPercent)",
    message = "only provider GatewayAPI can copy requests",
    fieldPath = ".mirrorPercent")
@ValidationRule(
    value = "self.provider == 'GatewayAPI' || !has(self.hostnames) || size(self.hostnames) == 0",
    message = "only provider GatewayAPI has host names",
    fieldPath = ".hostnames")
@ValidationRule(
    value =
        "!has(self.weights) || [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]"
            + ".all(i, i >= size(self.weights) || self.weights[i - 1] < self.weights[i])",
    message = "expected rising weights",
    fieldPath = ".weights")
@ValidationRule(
    value = "!has(self.weights) || self.weights[size(self.weights) - 1] == 100",
    message = "the last weight must be 100",
    fieldPath = ".weights")
public record Traffic(
    @JsonPropertyDescription(
            "provider is what divides requests: GatewayAPI by the weights of an HTTPRoute;"
                + " ReplicaRatio, where there is no gateway, by the number of pods behind one Service."
                + " Defaults to GatewayAPI.")
        @Default("GatewayAPI")
        Provider provider,
    @JsonPropertyDescription("gateway is the Gateway that requests come through.")
        @Nullable GatewayReference gateway,
    @JsonPropertyDescription(
            "hostnames are the names that requests are sent to. Every name of the Gateway when left"
                + " out. At most 16.")
        @Size(max = 16)
        List<
                @Pattern(
                    "^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
                @Size(max = 253) String>
            hostnames,
    @JsonPropertyDescription(
            "weights are the candidate's shares of the requests, in percent, one step after the other,"
                + " rising, the last one 100. 1 to 16 steps; 10, 50, 100 when left out.")
        @Size(min = 1, max = 16)
        List<@Min(1) @Max(100) Integer> weights,
    @JsonPropertyDescription(
            "stepDuration is how long each weight is held at least. Defaults to 10m.")
        @Default("10m")
        @Pattern(Durations.PATTERN)
        String stepDuration,
    @JsonPropertyDescription(
            "mirrorPercent is the share of requests that the candidate gets a copy of before the"
                + " first weight, its answers thrown away. The Gateway must support RequestMirror. No"
                + " copies when left out. 1 to 100.")
        @Min(1)
        @Max(100)
        @Nullable Integer mirrorPercent) {

  private static final List<Integer> WEIGHTS = List.of(10, 50, 100);

  public Traffic {
    provider = provider == null ? Provider.GATEWAY_API : provider;
    hostnames = hostnames == null ? List.of() : List.copyOf(hostnames);
    weights = weights == null ? WEIGHTS : List.copyOf(weights);
    stepDuration = stepDuration == null ? "10m" : stepDuration;
  }

  /** What divides requests. */
  public enum Provider {
    /** Weights of an HTTPRoute. */
    @JsonProperty("GatewayAPI")
    GATEWAY_API,
    /** The number of pods behind one Service. */
    @JsonProperty("ReplicaRatio")
    REPLICA_RATIO
  }

  /** A Gateway. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record GatewayReference(
      @JsonPropertyDescription("name is the name of the Gateway.")
          @Required
          @Size(min = 1, max = 253)
          String name,
      @JsonPropertyDescription(
              "namespace is where the Gateway is. The namespace of the release when left out.")
          @Size(max = 63)
          @Nullable String namespace,
      @JsonPropertyDescription("sectionName is one listener of the Gateway. All when left out.")
          @Size(max = 253)
          @Nullable String sectionName,
      @JsonPropertyDescription(
              "address is where measurements reach the Gateway, such as http://gateway.infra:80. When"
                  + " left out, it is the Gateway's first address and listener.")
          @Pattern("^https?://[^/?#@\\s]+$")
          @Size(max = 300)
          @Nullable String address) {}
}
