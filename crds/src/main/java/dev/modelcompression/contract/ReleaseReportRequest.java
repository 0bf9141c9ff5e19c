package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a pod to write the report of a run whose outcome is known: {@code release.html} and {@code
 * release.json}, beside the rounds that are kept in the same folder. The answer is a {@link
 * TerminationMessage}.
 *
 * @param version version of the contract, {@value StepRequest#VERSION}
 * @param namespace of the release
 * @param release its name
 * @param runId the run
 * @param folder where its rounds are and the report goes: {@code pvc://}, {@code s3://} or {@code
 *     file://}
 * @param failure why the candidate was taken back; null when it was promoted
 * @param message what decided, in a sentence
 * @param startTime when the run began
 * @param endTime when the outcome was known
 * @param baseline the model that served before
 * @param candidate the model that was to take over
 * @param weights the steps that were asked for
 * @param analysis what was measured, and by which limits
 * @param history how the run went
 * @param rounds how many measurements were started, 0 to {@value #MAX_ROUNDS} of them are told
 * @param evidence what was counted over all of them
 * @param metrics the last verdict of each limit
 * @param command the last command of a person in this run
 * @param writeBack what became of the outcome in Git, as far as it was known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReleaseReportRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String namespace,
    @JsonProperty(required = true) String release,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) String folder,
    @Nullable Reason failure,
    @JsonProperty(required = true) String message,
    @JsonProperty(required = true) String startTime,
    @JsonProperty(required = true) String endTime,
    @JsonProperty(required = true) Model baseline,
    @JsonProperty(required = true) Model candidate,
    @JsonProperty(required = true) List<Integer> weights,
    @JsonProperty(required = true) Analysis analysis,
    @JsonProperty(required = true) List<HistoryEntry> history,
    @JsonProperty(required = true) int rounds,
    @JsonProperty(required = true) Evidence evidence,
    @JsonProperty(required = true) List<MetricStatus> metrics,
    @Nullable String command,
    @Nullable WriteBackStatus writeBack) {

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_RELEASE_REPORT_REQUEST";

  /** Name of the page in the folder. */
  public static final String PAGE = "release.html";

  /** Name of the same for programs. */
  public static final String DATA = "release.json";

  /** How many rounds a report reads: the first ones, as each is judged with those before it. */
  public static final int MAX_ROUNDS = 2000;

  private static final String WHAT = "release report request";

  /** One of the two models. */
  public record Model(
      @JsonProperty(required = true) String uri, @JsonProperty(required = true) String digest) {
    public Model {
      Artifact.requireDigest(WHAT + " model", digest);
    }
  }

  public ReleaseReportRequest {
    Versions.check(WHAT, version);
    OutputNames.requireName(WHAT + " runId", runId);
    ProbeRequest.requireFolder(WHAT, folder);
    if (rounds < 0) {
      throw new IllegalArgumentException(WHAT + ": rounds is " + rounds);
    }
    weights = List.copyOf(weights);
    history = List.copyOf(history);
    metrics = List.copyOf(metrics);
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException the text is not exactly a request; says where
   */
  public static ReleaseReportRequest parse(String json) {
    return ContractJson.read(json, ReleaseReportRequest.class, WHAT);
  }

  /** Whether the candidate serves. */
  public boolean promoted() {
    return failure == null;
  }
}
