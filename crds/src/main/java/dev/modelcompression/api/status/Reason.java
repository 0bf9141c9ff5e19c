package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Why something is as it is: the closed list of reasons of conditions, of steps and of Events. A
 * reason is API: it is never renamed.
 */
public enum Reason {
  CHECKING_INPUTS(
      "CheckingInputs",
      Kind.PROGRESS,
      "The inputs Job verifies and digests the model and data sets."),
  STEP_RUNNING("StepRunning", Kind.PROGRESS, "The Job of a step runs."),
  RETRYING(
      "Retrying",
      Kind.PROGRESS,
      "A step ended with something that may pass; another attempt follows after a pause."),
  STOPPING_OLD_RUN(
      "StoppingOldRun",
      Kind.PROGRESS,
      "The spec was edited; pods and requests of the earlier run are taken away before the new one"
          + " starts."),
  SUSPENDED(
      "Suspended", Kind.WAITING, "spec.suspend is true: nothing runs, finished steps are kept."),
  QUEUED(
      "Queued",
      Kind.WAITING,
      "The Job is suspended by a queue, such as Kueue's, and waits for admission."),
  QUOTA_EXCEEDED(
      "QuotaExceeded",
      Kind.WAITING,
      "A resource quota of the namespace leaves no room. It is tried again; no attempt is used up."),
  UNSCHEDULABLE(
      "Unschedulable",
      Kind.WAITING,
      "No node fits the pod yet: not enough room, no matching node, or a volume that is not bound or is attached to another node."),
  IMAGE_PULL_FAILED(
      "ImagePullFailed",
      Kind.WAITING_THEN_FAILURE,
      "The step image cannot be pulled. Waits for the pending timeout, then fails."),
  POD_START_FAILED(
      "PodStartFailed",
      Kind.WAITING_THEN_FAILURE,
      "The container cannot be made: a Secret, ConfigMap or claim is missing or cannot be mounted, or the container's settings are wrong. Waits for the pending timeout, then fails."),
  POD_ADMISSION_FAILED(
      "PodAdmissionFailed",
      Kind.WAITING_THEN_FAILURE,
      "The cluster refuses the pod: a policy, a limit range, a missing service account, a quota of something that the pod does not ask for. Waits for the pending timeout, then fails."),
  SUCCEEDED("Succeeded", Kind.SUCCESS, "Every step ended well and every gate passed."),
  GATE_FAILED(
      "GateFailed",
      Kind.FAILURE,
      "No trial kept every gate. The message has the figures; the best effort is kept."),
  INVALID_SPEC(
      "InvalidSpec",
      Kind.FAILURE,
      "The spec cannot be run in a cluster. The message says where and why; edit it."),
  BAD_REQUEST("BadRequest", Kind.FAILURE, "A step refused its settings (exit code 64)."),
  BAD_INPUT(
      "BadInput",
      Kind.FAILURE,
      "A model or data set is missing, malformed or not what its digest says (exit code 65)."),
  UNSUPPORTED(
      "Unsupported",
      Kind.FAILURE,
      "The model uses something that the step cannot handle (exit code 69)."),
  STEP_FAILED(
      "StepFailed", Kind.FAILURE, "A step ended with an exit code that is not worth another try."),
  RETRIES_EXHAUSTED(
      "RetriesExhausted",
      Kind.FAILURE,
      "A step ended with a passing fault as often as its retries allow."),
  STEP_OOM(
      "StepOOM",
      Kind.FAILURE,
      "A step was killed for want of memory, also with as much as the operator may give it."),
  DISRUPTED(
      "Disrupted",
      Kind.FAILURE,
      "The cluster took the pods of a step away ten times: drains, evictions, preemptions."),
  STEP_TIMEOUT("StepTimeout", Kind.FAILURE, "A step took longer than its timeout."),
  RESULT_INVALID(
      "ResultInvalid",
      Kind.FAILURE,
      "A step left no result that can be read, as often as its retries allow."),
  NAME_CONFLICT(
      "NameConflict",
      Kind.FAILURE,
      "A Job of that name exists and belongs to something else; it is left alone."),
  RELEASES_DISABLED(
      "ReleasesDisabled",
      Kind.FAILURE,
      "The administrator has switched releases off for this operator."),
  RUN_STARTED("RunStarted", Kind.EVENT, "The inputs are known and the first step starts."),
  TRIAL_STARTED(
      "TrialStarted", Kind.EVENT, "A gate failed; another trial with other settings starts."),
  STEP_SUCCEEDED("StepSucceeded", Kind.EVENT, "A step ended well."),
  STEP_RETRIED(
      "StepRetried", Kind.EVENT, "An attempt ended with a passing fault; the next attempt starts."),
  RUN_SUPERSEDED("RunSuperseded", Kind.EVENT, "The spec was edited; the earlier run is stopped."),

  AWAITING_RESULT(
      "AwaitingResult",
      Kind.WAITING,
      "The ModelCompression has no result that passed its gates yet."),
  STARTING_WORKLOADS(
      "StartingWorkloads", Kind.PROGRESS, "Baseline and candidate are started and become ready."),
  AWAITING_GATEWAY(
      "AwaitingGateway", Kind.WAITING, "The Gateway is missing or does not take the route."),
  SHADOWING(
      "Shadowing", Kind.PROGRESS, "The candidate is measured; the baseline answers everybody."),
  PROGRESSING("Progressing", Kind.PROGRESS, "The candidate answers a share of the requests."),
  PAUSED("Paused", Kind.WAITING, "The command pause holds the release; resume lets it go on."),
  INCONCLUSIVE(
      "Inconclusive",
      Kind.WAITING,
      "Measurements of one step stayed undecided too often; promote, resume or abort."),
  AWAITING_APPROVAL(
      "AwaitingApproval", Kind.WAITING, "Every step passed; the command promote is awaited."),
  BASELINE_UNAVAILABLE(
      "BaselineUnavailable",
      Kind.WAITING,
      "The baseline is not ready, so nothing can be compared and nothing can go back to it. A"
          + " candidate that had requests gets all of them after 30 s, until the baseline is back."),
  PROMOTING("Promoting", Kind.PROGRESS, "The candidate takes all requests for good."),
  AWAITING_GIT(
      "AwaitingGit",
      Kind.WAITING,
      "The candidate serves; the spec does not name it as its baseline yet."),
  FINALISING("Finalising", Kind.PROGRESS, "What the release does not need any more goes away."),
  PROMOTED("Promoted", Kind.SUCCESS, "The candidate serves."),
  ROLLING_BACK("RollingBack", Kind.PROGRESS, "Requests go back to the baseline."),
  ANALYSIS_FAILED(
      "AnalysisFailed", Kind.FAILURE, "A measurement broke a limit. The message has the figures."),
  PROGRESS_DEADLINE_EXCEEDED(
      "ProgressDeadlineExceeded",
      Kind.FAILURE,
      "The release was not promoted within its progressDeadline."),
  CANDIDATE_NOT_READY(
      "CandidateNotReady",
      Kind.FAILURE,
      "The candidate's pods did not get ready within startDeadline, or stopped being ready."),
  ABORTED("Aborted", Kind.FAILURE, "The command abort took the release back."),
  DIGEST_DENIED(
      "DigestDenied",
      Kind.FAILURE,
      "The candidate's digest is in denyDigests, or was rolled back before; the command retry allows it again."),
  BASELINE_NOT_FOUND(
      "BaselineNotFound", Kind.FAILURE, "The Deployment that baseline names does not exist."),
  WEIGHT_CHANGED("WeightChanged", Kind.EVENT, "The route has another weight."),
  WEIGHT_DRIFT("WeightDrift", Kind.EVENT, "Another changed the route; the weight was put back."),
  MEASURED("Measured", Kind.EVENT, "A measurement was judged."),
  ANALYSIS_DEGRADED(
      "AnalysisDegraded", Kind.EVENT, "A measurement gave nothing; the weight is held."),
  COMMAND_ACCEPTED("CommandAccepted", Kind.EVENT, "A command was acted on."),
  COMMAND_IGNORED(
      "CommandIgnored",
      Kind.EVENT,
      "A command is unknown, of another run, or does not fit the phase."),
  ROLLED_BACK("RolledBack", Kind.EVENT, "The baseline has all requests again."),
  GIT_WRITTEN("GitWritten", Kind.EVENT, "The outcome is in the repository."),
  GIT_FAILED("GitFailed", Kind.EVENT, "The outcome could not be written to the repository."),
  REPORT_WRITTEN("ReportWritten", Kind.EVENT, "The report of the release is in the workspace."),
  REPORT_FAILED("ReportFailed", Kind.EVENT, "The report of the release could not be written.");

  /** What a reason can stand for. */
  public enum Kind {
    /** Work goes on. */
    PROGRESS,
    /** Something outside must happen first; there is no time limit. */
    WAITING,
    /** Something outside must happen first; after a time limit it is a failure. */
    WAITING_THEN_FAILURE,
    /** The run ended well. */
    SUCCESS,
    /** The run ended, and does not go on until the spec is edited. */
    FAILURE,
    /** Said in Events only. */
    EVENT
  }

  private final String text;
  private final Kind kind;
  private final String description;

  Reason(String text, Kind kind, String description) {
    this.text = text;
    this.kind = kind;
    this.description = description;
  }

  /** The reason as the API writes it. */
  @JsonValue
  public String text() {
    return text;
  }

  /** What the reason can stand for. */
  public Kind kind() {
    return kind;
  }

  /** A sentence for people. */
  public String description() {
    return description;
  }

  /** Null for a reason that a later version has written: its status must still be read. */
  @JsonCreator
  static @Nullable Reason fromJson(String text) {
    return Arrays.stream(values())
        .filter(reason -> reason.text.equals(text))
        .findFirst()
        .orElse(null);
  }
}
