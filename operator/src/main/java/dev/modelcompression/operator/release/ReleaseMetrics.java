package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ContractJson;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Counts releases, by how they end, and measurements, by what they say. */
public final class ReleaseMetrics {
  private static final String ENDS = "modelcompression.release.runs";
  private static final String LASTING = "modelcompression.release.duration";
  private static final String MEASUREMENTS = "modelcompression.release.measurements";
  private static final String PHASES = "modelcompression.releases";
  private static final String UNWRITTEN = "modelcompression.releases.git.out.of.date";

  private static final String MISSING = "Missing";

  private static final List<Reason> ENDINGS =
      List.of(
          Reason.SUCCEEDED,
          Reason.ANALYSIS_FAILED,
          Reason.PROGRESS_DEADLINE_EXCEEDED,
          Reason.CANDIDATE_NOT_READY,
          Reason.ABORTED,
          Reason.DIGEST_DENIED);

  private final MeterRegistry registry;
  private final Map<String, ReleasePhase> phases = new ConcurrentHashMap<>();
  private final Map<String, Boolean> unwritten = new ConcurrentHashMap<>();

  /** Counts in a registry. */
  public ReleaseMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (ReleasePhase phase : ReleasePhase.values()) {
      Gauge.builder(PHASES, phases, all -> count(all, phase))
          .description("Releases by phase")
          .tag("phase", text(phase))
          .register(registry);
    }
    Gauge.builder(
            UNWRITTEN,
            unwritten,
            all -> all.values().stream().filter(Boolean::booleanValue).count())
        .description("Releases whose outcome is not in Git yet")
        .register(registry);
    // Alerts see the first event only where a series was there before it.
    for (Reason end : ENDINGS) {
      ends(end);
      lasting(end);
    }
    for (Verdict verdict : Verdict.values()) {
      measurements(text(verdict));
    }
    measurements(MISSING);
  }

  /** Notes what has changed from one written status to the next. */
  public void changed(ModelRelease release, ModelReleaseStatus before, ModelReleaseStatus after) {
    String uid = release.getMetadata().getUid();
    ReleasePhase phase = Objects.requireNonNull(after.phase());
    seen(uid, after);
    if (before.phase() != phase) {
      if (phase == ReleasePhase.SUCCEEDED && before.phase() == ReleasePhase.FINALISING) {
        ended(after, Reason.SUCCEEDED);
      } else if (phase == ReleasePhase.ROLLED_BACK && before.phase() == ReleasePhase.ROLLING_BACK) {
        ended(after, Objects.requireNonNullElse(after.failure(), Reason.ABORTED));
      }
    }
    int known = ended(before.analysis());
    int now = ended(after.analysis());
    if (now > known) {
      boolean nothing = missing(after.analysis()) > missing(before.analysis());
      Verdict verdict = Objects.requireNonNullElse(after.verdict(), Verdict.INCONCLUSIVE);
      measurements(nothing ? MISSING : text(verdict)).increment();
    }
  }

  /** Notes where a release stands, also one that did not change. */
  void seen(String uid, ModelReleaseStatus status) {
    if (status.phase() != null) {
      phases.put(uid, status.phase());
      WriteBackStatus written = status.writeBack();
      unwritten.put(uid, written != null && written.state() != WriteBackStatus.State.WRITTEN);
    }
  }

  /** Forgets a release that is gone. */
  void gone(String uid) {
    phases.remove(uid);
    unwritten.remove(uid);
  }

  private void ended(ModelReleaseStatus status, Reason reason) {
    ends(reason).increment();
    if (status.startTime() != null && status.completionTime() != null) {
      lasting(reason)
          .record(
              Duration.between(
                  Instant.parse(status.startTime()), Instant.parse(status.completionTime())));
    }
  }

  private Counter ends(Reason reason) {
    return Counter.builder(ENDS)
        .description("Releases that have ended")
        .tag("reason", reason.text())
        .register(registry);
  }

  private Timer lasting(Reason reason) {
    return Timer.builder(LASTING)
        .description("Time from the start of a release to its end")
        .tag("reason", reason.text())
        .register(registry);
  }

  private Counter measurements(String verdict) {
    return Counter.builder(MEASUREMENTS)
        .description("Measurements that have ended")
        .tags(Tags.of("verdict", verdict))
        .register(registry);
  }

  private static double count(Map<String, ReleasePhase> all, ReleasePhase phase) {
    return all.values().stream().filter(found -> found == phase).count();
  }

  private static int ended(@org.jspecify.annotations.Nullable AnalysisStatus analysis) {
    return analysis == null ? 0 : analysis.ended();
  }

  private static int missing(@org.jspecify.annotations.Nullable AnalysisStatus analysis) {
    return analysis == null ? 0 : analysis.missing();
  }

  /** As the API writes it. */
  private static String text(Enum<?> value) {
    return ContractJson.tree(value).asText();
  }
}
