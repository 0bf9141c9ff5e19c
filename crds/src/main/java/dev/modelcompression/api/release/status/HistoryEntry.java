package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One change of phase or weight. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HistoryEntry(
    @JsonPropertyDescription("time is when it was decided.") @Required @Size(max = 32) String time,
    @JsonPropertyDescription("phase is where the release stood from then on.") @Required
        ReleasePhase phase,
    @JsonPropertyDescription(
            "weight is the candidate's share of the requests that was asked for. 0 to 100.")
        @Required
        @Min(0)
        @Max(100)
        Integer weight,
    @JsonPropertyDescription("verdict is what the last measurement said.")
        @Nullable Verdict verdict,
    @JsonPropertyDescription("message says why, in short.") @Required @Size(max = 200)
        String message) {
  /** The longest message. */
  public static final int MAX_MESSAGE = 200;

  /** How many a status has. */
  public static final int MAX_ENTRIES = 32;
}
