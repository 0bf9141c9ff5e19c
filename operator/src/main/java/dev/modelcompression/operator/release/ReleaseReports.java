package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.Text;
import dev.modelcompression.operator.release.manifest.ReleaseFolders;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked of the Job that writes the report of a run. */
final class ReleaseReports {
  /** Of a query, the report shows the beginning: all of them have to fit into one variable. */
  private static final int MAX_QUERY = 240;

  private ReleaseReports() {}

  /** The request of a run whose outcome is known. */
  static ReleaseReportRequest request(ModelRelease release) {
    ModelReleaseStatus status = release.getStatus();
    AnalysisStatus analysis = Objects.requireNonNullElse(status.analysis(), AnalysisStatus.NONE);
    String runId = Objects.requireNonNull(status.runId());
    String phaseTime = Objects.requireNonNull(status.phaseTime());
    return new ReleaseReportRequest(
        StepRequest.VERSION,
        release.getMetadata().getNamespace(),
        release.getMetadata().getName(),
        runId,
        ReleaseFolders.of(release, runId).orElseThrow(),
        status.failure(),
        Optional.ofNullable(status.failureMessage())
            .or(() -> Optional.ofNullable(status.message()))
            .orElse(""),
        Objects.requireNonNull(status.startTime()),
        Objects.requireNonNullElse(status.completionTime(), phaseTime),
        model(status.baseline()),
        model(status.candidate()),
        release.getSpec().traffic().weights(),
        shown(release.getSpec().analysis()),
        status.history(),
        analysis.round(),
        analysis.evidence(),
        analysis.metrics(),
        Optional.ofNullable(status.lastHandledCommand())
            .filter(command -> command.endsWith("/" + runId))
            .orElse(null),
        status.writeBack());
  }

  private static ReleaseReportRequest.Model model(@Nullable SideStatus side) {
    SideStatus known = Objects.requireNonNull(side);
    return new ReleaseReportRequest.Model(known.uri(), known.digest());
  }

  private static Analysis shown(Analysis all) {
    return all.withMetrics(all.metrics().stream().map(ReleaseReports::shown).toList());
  }

  private static ReleaseMetric shown(ReleaseMetric metric) {
    String query = metric.query();
    return new ReleaseMetric(
        metric.name(),
        metric.min(),
        metric.max(),
        metric.maxDrop(),
        metric.minRatio(),
        metric.maxRatio(),
        query == null ? null : Text.line(query, MAX_QUERY));
  }
}
