package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One step of one trial: how its attempts went, and what came of the last. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record StepStatus(
    @JsonPropertyDescription("name is the step's name in the plan of the trial.")
        @Required
        @Size(max = 63)
        String name,
    @JsonPropertyDescription("trial is the trial, from 1; 0 for the inputs.")
        @Required
        @Min(0)
        @Max(16)
        Integer trial,
    @JsonPropertyDescription("state is how the last attempt stands.") @Required State state,
    @JsonPropertyDescription("attempt is the number of the last attempt, from 1.")
        @Required
        @Min(1)
        @Max(64)
        Integer attempt,
    @JsonPropertyDescription("job is the name of the Job of the last attempt.") @Size(max = 63)
        @Nullable String job,
    @JsonPropertyDescription(
            "disruptions is how often pods of the last attempt were taken away by the cluster"
                + " (drain, eviction, preemption); these use up no attempt.")
        @Min(0)
        Integer disruptions,
    @JsonPropertyDescription(
            "disruptedPods are the uids of these pods while the attempt runs, so that none is counted"
                + " twice. At most 10, after which the step is given up.")
        @Size(max = 10)
        List<@Size(max = 64) String> disruptedPods,
    @JsonPropertyDescription(
            "oomKills is how often the step was killed for want of memory; each adds half to its"
                + " memory.")
        @Min(0)
        Integer oomKills,
    @JsonPropertyDescription("startTime is when the Job of the last attempt was created.")
        @Size(max = 32)
        @Nullable String startTime,
    @JsonPropertyDescription("completionTime is when the last attempt ended.") @Size(max = 32)
        @Nullable String completionTime,
    @JsonPropertyDescription(
            "waitingSince is when the operator first saw what the attempt waits for; after an end that"
                + " may pass, when the pause before the next attempt began.")
        @Size(max = 32)
        @Nullable String waitingSince,
    @JsonPropertyDescription(
            "last is true when no further attempt is made, whatever the step's retries say.")
        @Nullable Boolean last,
    @JsonPropertyDescription(
            "exitCode is how the last attempt ended, as an exit code of the step contract.")
        @Min(0)
        @Max(255)
        @Nullable Integer exitCode,
    @JsonPropertyDescription("reason is why the last attempt waits or ended badly.")
        @Nullable Reason reason,
    @JsonPropertyDescription("message is the same in a sentence. At most 256 characters.")
        @Size(max = 256)
        @Nullable String message,
    @JsonPropertyDescription(
            "key names the result; it is the name of the step's folder in the workspace, under"
                + " steps. For the inputs, it names what was asked for.")
        @Size(max = 64)
        @Nullable String key,
    @JsonPropertyDescription("outputs are the model that the step made. At most 2 files.")
        @Size(max = 2)
        List<FileStatus> outputs,
    @JsonPropertyDescription(
            "metrics are the numbers that gates look at, kept for the last evaluate of a trial. At"
                + " most 32.")
        @Size(max = 32)
        Map<String, @Size(max = 32) String> metrics) {

  /** How often pods of one attempt are taken away before it is given up. */
  public static final int MAX_DISRUPTIONS = 10;

  /** How an attempt stands. */
  public enum State {
    /** Its Job is there, but no container of it runs yet. */
    @JsonProperty("Waiting")
    WAITING,
    /** Its container runs. */
    @JsonProperty("Running")
    RUNNING,
    /** It ended well. */
    @JsonProperty("Succeeded")
    SUCCEEDED,
    /** It ended badly; another attempt may follow. */
    @JsonProperty("Failed")
    FAILED
  }

  public StepStatus {
    disruptions = disruptions == null ? 0 : disruptions;
    disruptedPods = disruptedPods == null ? List.of() : List.copyOf(disruptedPods);
    oomKills = oomKills == null ? 0 : oomKills;
    outputs = outputs == null ? List.of() : List.copyOf(outputs);
    metrics = metrics == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(metrics));
  }
}
