package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.WorkspaceSource;
import dev.modelcompression.api.release.Baseline;
import dev.modelcompression.api.release.Candidate;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What keeps a release from being made in this cluster, besides what the API server has checked.
 */
public final class ReleaseProblems {
  private static final Pattern LOCATION = Pattern.compile("(file:///|pvc://|s3://).+");
  private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

  private final ModelRelease release;
  private final ReleaseSpec spec;
  private final List<String> problems = new ArrayList<>();

  private ReleaseProblems(ModelRelease release) {
    this.release = release;
    this.spec = release.getSpec();
  }

  /** All of them, each with its field. */
  public static List<String> of(ModelRelease release, Settings settings) {
    ReleaseProblems rules = new ReleaseProblems(release);
    rules.server(settings);
    rules.locations();
    rules.mounts();
    rules.queries();
    return rules.problems;
  }

  private void server(Settings settings) {
    if (!copies() && spec.server().image() == null && settings.serverImage().isBlank()) {
      problems.add(
          "spec.server.image: is missing, and this operator was given no model server of its own"
              + " (MC_SERVER_IMAGE)");
    }
    if (copies() && spec.traffic().provider() == Traffic.Provider.REPLICA_RATIO) {
      problems.add(
          "spec.baseline.deployment: needs provider GatewayAPI; one Service cannot select its pods"
              + " and the candidate's, which have other labels");
    }
    try {
      Placement.affinity(ServerPods.template(release), ServerPods.TEMPLATE);
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private boolean copies() {
    Baseline baseline = spec.baseline();
    return baseline != null && baseline.deployment() != null;
  }

  private void locations() {
    Optional.ofNullable(spec.analysis().dataset())
        .map(DatasetSource::uri)
        .ifPresent(uri -> location("spec.analysis.dataset.uri", uri));
    workspace();
    if (copies()) {
      // The user's server knows what it can read.
      return;
    }
    Optional.ofNullable(spec.baseline())
        .ifPresent(baseline -> location("spec.baseline.model.uri", baseline.model().uri()));
    Optional.ofNullable(spec.candidate())
        .map(Candidate::model)
        .ifPresent(model -> location("spec.candidate.model.uri", model.uri()));
  }

  private void workspace() {
    Optional.ofNullable(spec.workspace())
        .map(WorkspaceSource::uri)
        .ifPresent(
            uri -> {
              if (uri.startsWith("file:")) {
                problems.add(
                    "spec.workspace.uri: file: is inside the pod and goes with it; expected pvc:// or"
                        + " s3://");
              } else {
                location("spec.workspace.uri", uri);
              }
            });
  }

  private void location(String field, String uri) {
    if (!LOCATION.matcher(uri).matches()) {
      problems.add(
          field + ": expected file:///path in the image, pvc://claim/path or s3://bucket/key");
      return;
    }
    if (ClaimUri.matches(uri)) {
      try {
        ClaimUri.parse(uri);
      } catch (IllegalArgumentException e) {
        problems.add(field + ": " + e.getMessage());
      }
    }
  }

  private void mounts() {
    for (var mount : ServerPods.template(release).volumeMounts()) {
      for (String folder : List.of(ServerPods.MODELS, WriteBackRequest.CREDENTIAL_FOLDER)) {
        if (mount.mountPath().equals(folder) || mount.mountPath().startsWith(folder + "/")) {
          problems.add(
              "%s.volumeMounts: mountPath '%s' is the operator's, expected one outside %s"
                  .formatted(ServerPods.TEMPLATE, mount.mountPath(), folder));
        }
      }
    }
  }

  private void queries() {
    Side any = Side.of(release.getMetadata().getName(), "file:///model", NO_DIGEST);
    for (ReleaseMetric metric : spec.analysis().metrics()) {
      String query = metric.query();
      try {
        Optional.ofNullable(query).ifPresent(text -> Queries.fill(text, release, any));
      } catch (IllegalArgumentException e) {
        problems.add(
            "spec.analysis.metrics: query of '%s': %s".formatted(metric.name(), e.getMessage()));
      }
    }
  }
}
