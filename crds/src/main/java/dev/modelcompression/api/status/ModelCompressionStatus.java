package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Observed state of one compression, written by the operator alone. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ModelCompressionStatus(
    @JsonPropertyDescription(
            "phase is where the compression stands, in one word for people. Pending: the inputs are"
                + " looked at, no step has been started. Queued: it waits for what the cluster does not"
                + " give yet, such as room, an image, a Secret or leave to start a pod; message says"
                + " which. Running: a step runs, or is started again after a pause. Suspended:"
                + " spec.suspend is true. Succeeded: every step ended well and every gate passed."
                + " Failed: it ended without a model that keeps every gate, or the spec cannot be run.")
        @Nullable Phase phase,
    @JsonPropertyDescription("observedGeneration is the generation of the spec that was looked at.")
        @Min(0)
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "runId names the run by all that decides its result, and by its workspace; an edit that"
                + " changes it starts a new run.")
        @Size(max = 64)
        @Nullable String runId,
    @JsonPropertyDescription("workspace is where this run keeps its files.") @Size(max = 2048)
        @Nullable String workspace,
    @JsonPropertyDescription(
            "image is the step image that the run began with and keeps to, also when the operator is"
                + " given another one.")
        @Size(max = 1024)
        @Nullable String image,
    @JsonPropertyDescription(
            "threads is how many threads each step of the run computes with; kept like the image.")
        @Min(1)
        @Nullable Integer threads,
    @JsonPropertyDescription(
            "startTime is when the run was started, in UTC as 2026-11-22T06:20:39Z.")
        @Size(max = 32)
        @Nullable String startTime,
    @JsonPropertyDescription("completionTime is when the run ended.") @Size(max = 32)
        @Nullable String completionTime,
    @JsonPropertyDescription(
            "step is the step at work, with its place in the plan, such as 3/5 fine-tune.")
        @Size(max = 80)
        @Nullable String step,
    @JsonPropertyDescription(
            "sizeRatio is the size of the result over that of the original, a decimal number.")
        @Size(max = 32)
        @Nullable String sizeRatio,
    @JsonPropertyDescription(
            "latencyRatio is the median latency of the result over that of the original, a decimal"
                + " number.")
        @Size(max = 32)
        @Nullable String latencyRatio,
    @JsonPropertyDescription(
            "accuracyDrop is how far top1 of the result is below that of the original, a decimal"
                + " fraction; negative when it is above.")
        @Size(max = 32)
        @Nullable String accuracyDrop,
    @JsonPropertyDescription("message says how the compression stands. At most 1024 characters.")
        @Size(max = 1024)
        @Nullable String message,
    @JsonPropertyDescription("inputs are the bytes that the run starts from.")
        @Nullable InputsStatus inputs,
    @JsonPropertyDescription(
            "steps are the steps that were started, in order, those of all trials. At most 160.")
        @Size(max = 160)
        List<StepStatus> steps,
    @JsonPropertyDescription("trials are the trials that have ended. At most 16.") @Size(max = 16)
        List<TrialStatus> trials,
    @JsonPropertyDescription(
            "gates are the limits of all gates, held against the result. At most 160.")
        @Size(max = 160)
        List<GateStatus> gates,
    @JsonPropertyDescription(
            "result is the compressed model: the one that passed, else the best effort.")
        @Nullable ResultStatus result,
    @JsonPropertyDescription(
            "conditions are statements in the form that Kubernetes tools know: Ready, Reconciling,"
                + " Stalled, Succeeded and, with a release, Released.")
        @Size(max = 8)
        List<Condition> conditions) {

  /**
   * Most steps, of all trials together, that one run may have: as many as fit into an object that
   * stays below 256 KiB.
   */
  public static final int MAX_STEPS = 160;

  public ModelCompressionStatus {
    steps = steps == null ? List.of() : List.copyOf(steps);
    trials = trials == null ? List.of() : List.copyOf(trials);
    gates = gates == null ? List.of() : List.copyOf(gates);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** The statement of that type, if it was made. */
  public Optional<Condition> condition(Condition.Type type) {
    return conditions.stream().filter(condition -> condition.type() == type).findFirst();
  }

  /** The same with other statements. */
  public ModelCompressionStatus withConditions(List<Condition> statements) {
    return new ModelCompressionStatus(
        phase,
        observedGeneration,
        runId,
        workspace,
        image,
        threads,
        startTime,
        completionTime,
        step,
        sizeRatio,
        latencyRatio,
        accuracyDrop,
        message,
        inputs,
        steps,
        trials,
        gates,
        result,
        statements);
  }
}
