package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** What became of the outcome in Git. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WriteBackStatus(
    @JsonPropertyDescription("state is how far it is.") @Required State state,
    @JsonPropertyDescription("attempt counts the Jobs that were started. At least 0.")
        @Required
        @Min(0)
        Integer attempt,
    @JsonPropertyDescription("lastTime is when the last one was started or ended.") @Size(max = 32)
        @Nullable String lastTime,
    @JsonPropertyDescription("commit is the commit that was made or found.") @Size(max = 64)
        @Nullable String commit,
    @JsonPropertyDescription("branch is the branch that it is on.") @Size(max = 250)
        @Nullable String branch,
    @JsonPropertyDescription("url is the pull request.") @Size(max = 1024) @Nullable String url,
    @JsonPropertyDescription("message says what went wrong last.") @Size(max = 1024)
        @Nullable String message) {

  /** How far a write-back is. */
  public enum State {
    /** It is to be done, or is tried again. */
    @JsonProperty("Pending")
    PENDING,
    /** It is in the repository. */
    @JsonProperty("Written")
    WRITTEN,
    /** It cannot be done as it is asked for. */
    @JsonProperty("Failed")
    FAILED
  }
}
