package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.release.status.WriteBackStatus;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be in the cluster, by a status that is written.
 *
 * @param baseline the model that serves or that requests can go back to; empty once it is gone
 * @param candidate the model that is to take over; empty once it is gone, or not there yet
 * @param weight the candidate's share
 * @param probing whether requests of measurements find their way to one side
 * @param mirroring whether the candidate gets copies of requests
 * @param round the measurement that is to be under way
 * @param writing the attempt to write to Git that is to be under way
 * @param reporting whether the report of the run is to be written
 */
public record Desired(
    Optional<SideStatus> baseline,
    Optional<SideStatus> candidate,
    int weight,
    boolean probing,
    boolean mirroring,
    Optional<Integer> round,
    Optional<Integer> writing,
    boolean reporting) {
  private static final Set<ReleasePhase> MEASURED =
      EnumSet.of(ReleasePhase.SHADOWING, ReleasePhase.PROGRESSING);
  private static final Set<ReleasePhase> PROBED =
      EnumSet.of(
          ReleasePhase.INITIALIZING,
          ReleasePhase.SHADOWING,
          ReleasePhase.PROGRESSING,
          ReleasePhase.PAUSED);

  /** What follows from a spec and a status. */
  public static Desired of(ReleaseSpec spec, ModelReleaseStatus status) {
    ReleasePhase phase = Optional.ofNullable(status.phase()).orElse(ReleasePhase.PENDING);
    Optional<SideStatus> baseline = Optional.ofNullable(status.baseline());
    Optional<SideStatus> candidate = Optional.ofNullable(status.candidate());
    boolean same =
        baseline.isPresent()
            && candidate.filter(c -> c.digest().equals(baseline.get().digest())).isPresent();
    boolean reporting =
        spec.workspace() != null
            && Optional.ofNullable(status.report())
                .filter(report -> report.state() == ReportStatus.State.PENDING)
                .isPresent();
    if (phase == ReleasePhase.SUCCEEDED || same) {
      return new Desired(
          Optional.empty(),
          candidate,
          100,
          false,
          false,
          Optional.empty(),
          Optional.empty(),
          reporting);
    }
    int weight = Optional.ofNullable(status.desiredWeight()).orElse(0);
    return new Desired(
        baseline,
        candidate.filter(c -> phase != ReleasePhase.ROLLED_BACK),
        weight,
        PROBED.contains(phase),
        phase == ReleasePhase.SHADOWING && spec.traffic().mirrorPercent() != null,
        MEASURED.contains(phase) ? round(status.analysis()) : Optional.empty(),
        Optional.ofNullable(status.writeBack())
            .filter(writing -> writing.state() == WriteBackStatus.State.PENDING)
            .map(WriteBackStatus::attempt),
        reporting);
  }

  /**
   * How many of the candidate's pods must answer before it gets that share. Where pods divide the
   * requests, those that come later get their part when they are ready; but nobody else is left to
   * answer at 100.
   */
  public static int podsFor(ReleaseSpec spec, int share) {
    boolean byPods = spec.traffic().provider() == Traffic.Provider.REPLICA_RATIO;
    if (share == 0) {
      return 0;
    }
    return byPods && share < 100 ? 1 : spec.server().replicas();
  }

  /** Whether the candidate gets requests of clients, or copies of them. */
  public boolean traffic() {
    return weight > 0 || mirroring;
  }

  private static Optional<Integer> round(
      @org.jspecify.annotations.Nullable AnalysisStatus analysis) {
    return Optional.ofNullable(analysis)
        .filter(all -> all.ended() < all.round())
        .map(AnalysisStatus::round);
  }
}
