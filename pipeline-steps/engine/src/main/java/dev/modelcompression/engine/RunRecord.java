package dev.modelcompression.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a workspace remembers of a run.
 *
 * @param version version of the contract
 * @param runId the run
 * @param name name of the {@code ModelCompression}
 * @param state where the run is
 * @param started when the run was last started
 * @param updated when this record was written
 * @param steps every step that has ended since then, in order
 * @param verdict how the run ended, once it has
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunRecord(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) State state,
    @JsonProperty(required = true) Instant started,
    @JsonProperty(required = true) Instant updated,
    @JsonProperty(required = true) List<StepRecord> steps,
    @Nullable Verdict verdict) {

  /** Where a run is. */
  public enum State {
    /** It runs, or was killed while it ran. */
    RUNNING,
    /** It was stopped and can be continued. */
    INTERRUPTED,
    /** It has a verdict. */
    FINISHED;

    @JsonValue
    String json() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One step of a run that has ended.
   *
   * @param trial the trial, from 1
   * @param step name of the step
   * @param type kind of the step
   * @param attempt number of the attempt, from 1
   * @param cached whether an earlier result was taken
   * @param exit how it ended
   * @param seconds how long the work took, when it was done
   * @param report location of the published report; null when nothing was published
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StepRecord(
      @JsonProperty(required = true) int trial,
      @JsonProperty(required = true) String step,
      @JsonProperty(required = true) StepType type,
      @JsonProperty(required = true) int attempt,
      @JsonProperty(required = true) boolean cached,
      @JsonProperty(required = true) ExitCode exit,
      @JsonProperty(required = true) double seconds,
      @Nullable String report) {}

  public RunRecord {
    steps = List.copyOf(steps);
  }

  static RunRecord started(Run run, String name, Instant now) {
    return new RunRecord(
        StepRequest.VERSION, run.id(), name, State.RUNNING, now, now, List.of(), null);
  }

  RunRecord plus(StepRecord step, Instant now) {
    List<StepRecord> more = new ArrayList<>(steps);
    more.add(step);
    return new RunRecord(version, runId, name, state, started, now, more, verdict);
  }

  RunRecord interrupted(Instant now) {
    return new RunRecord(version, runId, name, State.INTERRUPTED, started, now, steps, verdict);
  }

  RunRecord finished(Verdict how, Instant now) {
    return new RunRecord(version, runId, name, State.FINISHED, started, now, steps, how);
  }
}
