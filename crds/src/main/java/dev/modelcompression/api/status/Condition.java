package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One statement about a compression, in the form that Kubernetes tools know. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    @JsonPropertyDescription("type is what the statement is about.") @Required Type type,
    @JsonPropertyDescription("status is whether the statement holds.") @Required Status status,
    @JsonPropertyDescription("observedGeneration is the generation of the spec that was looked at.")
        @Required
        @Min(0)
        Long observedGeneration,
    @JsonPropertyDescription(
            "lastTransitionTime is when status last changed, in UTC as 2026-11-22T06:20:39Z.")
        @Required
        @Size(max = 32)
        String lastTransitionTime,
    @JsonPropertyDescription("reason is why, in one word; the reasons are listed in the manual.")
        @Required
        Reason reason,
    @JsonPropertyDescription("message is why, in a sentence. At most 1024 characters.")
        @Required
        @Size(max = 1024)
        String message) {

  /** What can be stated. */
  public enum Type {
    /** The compressed model is there and keeps every gate. */
    @JsonProperty("Ready")
    READY,
    /** The operator is at work, or waits for something that lets it go on. */
    @JsonProperty("Reconciling")
    RECONCILING,
    /** The operator cannot go on until the spec is edited. */
    @JsonProperty("Stalled")
    STALLED,
    /** The run ended well, ended badly, or has not ended: {@code Unknown}. */
    @JsonProperty("Succeeded")
    SUCCEEDED,
    /** Of a compression: its model serves. */
    @JsonProperty("Released")
    RELEASED,
    /** Of a release: the candidate became the model that serves. */
    @JsonProperty("Promoted")
    PROMOTED,
    /** Of a release: the baseline can take all requests. */
    @JsonProperty("BaselineAvailable")
    BASELINE_AVAILABLE,
    /** Of a release: the repository does not have the outcome yet. */
    @JsonProperty("GitOutOfDate")
    GIT_OUT_OF_DATE
  }

  /** Whether a statement holds. */
  public enum Status {
    /** It holds. */
    @JsonProperty("True")
    TRUE,
    /** It does not hold. */
    @JsonProperty("False")
    FALSE,
    /** It is not decided yet. */
    @JsonProperty("Unknown")
    UNKNOWN
  }
}
