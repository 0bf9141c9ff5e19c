package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Observed state of one release, written by the operator alone. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ModelReleaseStatus(
    @JsonPropertyDescription("phase is where the release stands, in one word for people.")
        @Nullable ReleasePhase phase,
    @JsonPropertyDescription("observedGeneration is the generation of the spec that was looked at.")
        @Min(0)
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "runId names the run by both models and by how they are compared; an edit that changes it"
                + " starts a new run.")
        @Size(max = 64)
        @Nullable String runId,
    @JsonPropertyDescription(
            "weight is the candidate's share of the requests, as the route has it.")
        @Min(0)
        @Max(100)
        @Nullable Integer weight,
    @JsonPropertyDescription("desiredWeight is the share that it is to have.") @Min(0) @Max(100)
        @Nullable Integer desiredWeight,
    @JsonPropertyDescription("step is the weight's place among all, such as 2/3.") @Size(max = 8)
        @Nullable String step,
    @JsonPropertyDescription(
            "stepIndex is the number of that step, from 1; 0 before the first weight.")
        @Min(0)
        @Max(16)
        @Nullable Integer stepIndex,
    @JsonPropertyDescription("verdict is what the last measurement says.")
        @Nullable Verdict verdict,
    @JsonPropertyDescription("message says how the release stands. At most 1024 characters.")
        @Size(max = 1024)
        @Nullable String message,
    @JsonPropertyDescription("startTime is when the run was started.") @Size(max = 32)
        @Nullable String startTime,
    @JsonPropertyDescription("phaseTime is when the phase began.") @Size(max = 32)
        @Nullable String phaseTime,
    @JsonPropertyDescription("stepTime is when the weight was taken over by the route.")
        @Size(max = 32)
        @Nullable String stepTime,
    @JsonPropertyDescription("pausedSeconds is how long the run was paused by command. At least 0.")
        @Min(0)
        @Nullable Long pausedSeconds,
    @JsonPropertyDescription("pauseReason is what a paused run waits for.")
        @Nullable Reason pauseReason,
    @JsonPropertyDescription("retries counts the commands retry. At least 0.") @Min(0)
        @Nullable Integer retries,
    @JsonPropertyDescription("completionTime is when the run ended.") @Size(max = 32)
        @Nullable String completionTime,
    @JsonPropertyDescription("baseline is the model that traffic goes back to.")
        @Nullable SideStatus baseline,
    @JsonPropertyDescription("candidate is the model that is to take over.")
        @Nullable SideStatus candidate,
    @JsonPropertyDescription("analysis is how far the measurements are.")
        @Nullable AnalysisStatus analysis,
    @JsonPropertyDescription("failure is why the run is rolled back.") @Nullable Reason failure,
    @JsonPropertyDescription("failureMessage has the figures that decided.") @Size(max = 1024)
        @Nullable String failureMessage,
    @JsonPropertyDescription("rejected are models that were rolled back. At most 16, the latest.")
        @Size(max = 16)
        List<RejectedStatus> rejected,
    @JsonPropertyDescription("writeBack is what became of the outcome in Git.")
        @Nullable WriteBackStatus writeBack,
    @JsonPropertyDescription(
            "history is how this run went: each change of phase or weight. At most 32, the latest.")
        @Size(max = 32)
        List<HistoryEntry> history,
    @JsonPropertyDescription("report is where the run can be read about, when it has ended.")
        @Nullable ReportStatus report,
    @JsonPropertyDescription(
            "lastHandledCommand is the last value of the annotation modelcompression.dev/command that"
                + " was acted on or refused.")
        @Size(max = 128)
        @Nullable String lastHandledCommand,
    @JsonPropertyDescription(
            "conditions are statements in the form that Kubernetes tools know: Ready, Reconciling,"
                + " Stalled, Promoted, BaselineAvailable and GitOutOfDate.")
        @Size(max = 8)
        List<Condition> conditions) {
  /** Before anything is known. */
  public static final ModelReleaseStatus NONE =
      new ModelReleaseStatus(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null, null, null, List.of(), null, List.of(), null, null, List.of());

  public ModelReleaseStatus {
    rejected = rejected == null ? List.of() : List.copyOf(rejected);
    history = history == null ? List.of() : List.copyOf(history);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** The statement of that type, if it was made. */
  public Optional<Condition> condition(Condition.Type type) {
    return conditions.stream().filter(condition -> condition.type() == type).findFirst();
  }
}
