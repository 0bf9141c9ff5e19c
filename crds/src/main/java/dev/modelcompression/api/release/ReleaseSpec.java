package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.Durations;
import dev.modelcompression.api.WorkspaceSource;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Desired release of one model. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ReleaseSpec(
    @JsonPropertyDescription(
            "baseline is the model that serves now and that traffic goes back to. As the template of a"
                + " ModelCompression it can be left out: then it is the model that was compressed.")
        @Nullable Baseline baseline,
    @JsonPropertyDescription(
            "candidate is the model that is to take over. It is left out in the template of a"
                + " ModelCompression, whose result it is.")
        @Nullable Candidate candidate,
    @JsonPropertyDescription("server says how both models are served.") ServerTemplate server,
    @JsonPropertyDescription("traffic says how requests are divided, and in which steps.") @Required
        Traffic traffic,
    @JsonPropertyDescription("analysis says what is measured, and what decides.") @Required
        Analysis analysis,
    @JsonPropertyDescription(
            "manualGates are the places where the release waits for the command promote.")
        @Size(max = 1)
        List<ManualGate> manualGates,
    @JsonPropertyDescription(
            "progressDeadline is how long the release may take from its start to its promotion,"
                + " pauses not counted; after that it is rolled back. Defaults to"
                + " 2h.")
        @Default("2h")
        @Pattern(Durations.PATTERN)
        String progressDeadline,
    @JsonPropertyDescription(
            "startDeadline is how long a workload may take to get ready before the release is rolled"
                + " back. Defaults to 10m.")
        @Default("10m")
        @Pattern(Durations.PATTERN)
        String startDeadline,
    @JsonPropertyDescription(
            "scaleDownDelay is how long the side that lost its traffic stays, ready to take it back."
                + " Defaults to 30s.")
        @Default("30s")
        @Pattern(Durations.PATTERN)
        String scaleDownDelay,
    @JsonPropertyDescription(
            "denyDigests are models that must not be released again, each as sha256:<64 hex digits>."
                + " At most 64.")
        @Size(max = 64)
        List<@Pattern(ReleaseSpec.DIGEST) @Size(max = 71) String> denyDigests,
    @JsonPropertyDescription(
            "deletionPolicy says what stays when this object is deleted. Retain: what serves all"
                + " requests goes on serving; in the middle of a release that is the baseline. Delete:"
                + " nothing. Defaults to Retain.")
        @Default("Retain")
        DeletionPolicy deletionPolicy,
    @JsonPropertyDescription(
            "writeBack keeps the outcome in a Git repository. Nothing is written when it is left out.")
        @Nullable WriteBack writeBack,
    @JsonPropertyDescription(
            "workspace is where the measurements of each run and the report of its outcome are kept,"
                + " in releases/<name>/<run id>. As the template of a ModelCompression it can be left"
                + " out: then it is the workspace of the compression. Without one nothing is kept.")
        @Nullable WorkspaceSource workspace,
    @JsonPropertyDescription(
            "suspend holds the release where it is: weights stay, nothing is measured. Defaults to"
                + " false.")
        @Default("false")
        Boolean suspend) {

  /** How digests are written. */
  public static final String DIGEST = "^sha256:[a-f0-9]{64}$";

  public ReleaseSpec {
    server = server == null ? ServerTemplate.defaults() : server;
    manualGates = manualGates == null ? List.of() : List.copyOf(manualGates);
    progressDeadline = progressDeadline == null ? "2h" : progressDeadline;
    startDeadline = startDeadline == null ? "10m" : startDeadline;
    scaleDownDelay = scaleDownDelay == null ? "30s" : scaleDownDelay;
    denyDigests = denyDigests == null ? List.of() : List.copyOf(denyDigests);
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.RETAIN : deletionPolicy;
    suspend = suspend != null && suspend;
  }
}
