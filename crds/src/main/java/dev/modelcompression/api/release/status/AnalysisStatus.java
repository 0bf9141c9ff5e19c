package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far the measurements of a run are. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AnalysisStatus(
    @JsonPropertyDescription("round counts the measurements that were started, from 1. At least 0.")
        @Required
        @Min(0)
        Integer round,
    @JsonPropertyDescription("ended counts those that have ended and were judged. At least 0.")
        @Required
        @Min(0)
        Integer ended,
    @JsonPropertyDescription("lastTime is when the last one was started.") @Size(max = 32)
        @Nullable String lastTime,
    @JsonPropertyDescription("failed counts the measurements of this run that failed. At least 0.")
        @Required
        @Min(0)
        Integer failed,
    @JsonPropertyDescription(
            "inconclusive counts the measurements of this step that stayed undecided. At least 0.")
        @Required
        @Min(0)
        Integer inconclusive,
    @JsonPropertyDescription(
            "missing counts the measurements of this step that gave nothing at all. At least 0.")
        @Required
        @Min(0)
        Integer missing,
    @JsonPropertyDescription("evidence is what was counted over all of them.") @Required
        Evidence evidence,
    @JsonPropertyDescription("metrics are the last measurements. At most 16.") @Size(max = 16)
        List<MetricStatus> metrics) {
  /** Before the first measurement. */
  public static final AnalysisStatus NONE =
      new AnalysisStatus(0, 0, null, 0, 0, 0, Evidence.NONE, List.of());

  public AnalysisStatus {
    metrics = metrics == null ? List.of() : List.copyOf(metrics);
  }
}
