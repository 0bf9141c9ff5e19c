package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The report of a run. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReportStatus(
    @JsonPropertyDescription("state is how far it is.") @Required State state,
    @JsonPropertyDescription("time is when it was begun or ended.") @Required @Size(max = 32)
        String time,
    @JsonPropertyDescription("uri is the page, with release.json beside it.") @Size(max = 2560)
        @Nullable String uri,
    @JsonPropertyDescription("message says what is missing, or why there is none.")
        @Size(max = 1024)
        @Nullable String message) {

  /** How far a report is. */
  public enum State {
    /** A Job writes it. */
    @JsonProperty("Pending")
    PENDING,
    /** It is in the workspace. */
    @JsonProperty("Written")
    WRITTEN,
    /** There is none. */
    @JsonProperty("Failed")
    FAILED
  }
}
