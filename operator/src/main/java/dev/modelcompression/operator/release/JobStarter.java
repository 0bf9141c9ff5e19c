package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.release.decide.Desired;
import dev.modelcompression.operator.release.manifest.Endpoints;
import dev.modelcompression.operator.release.manifest.ReleaseJobs;
import dev.modelcompression.operator.release.manifest.ReleaseNames;
import dev.modelcompression.operator.release.manifest.Side;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the Jobs that a written status asks for; what is there already is left as it is. */
final class JobStarter {
  private static final Logger LOG = LoggerFactory.getLogger(JobStarter.class);

  private final KubernetesClient client;
  private final Settings settings;
  private final Gateways gateways;

  JobStarter(KubernetesClient client, Settings settings, Gateways gateways) {
    this.client = client;
    this.settings = settings;
    this.gateways = gateways;
  }

  /** Starts what is to be under way: a measurement, a write to Git, the report. */
  void start(ModelRelease release, Desired desired, ReleaseReconciler.Cached cached) {
    desired.round().ifPresent(round -> probe(release, desired, round, cached));
    desired.writing().ifPresent(attempt -> write(release, attempt, cached));
    if (desired.reporting()) {
      report(release, cached);
    }
  }

  private void probe(
      ModelRelease release, Desired desired, int round, ReleaseReconciler.Cached cached) {
    String runId = Objects.requireNonNull(release.getStatus().runId());
    if (cached.job(ReleaseNames.probe(release, runId, round)).isPresent()
        || desired.baseline().isEmpty()
        || desired.candidate().isEmpty()) {
      return;
    }
    Side baseline = ReleaseApplier.side(desired.baseline().get());
    Side candidate = ReleaseApplier.side(desired.candidate().get());
    Optional<Endpoints> endpoints =
        release.getSpec().traffic().provider() == Traffic.Provider.GATEWAY_API
            ? gateways.address(release).map(address -> Endpoints.gateway(release, address))
            : Optional.of(Endpoints.services(release, baseline, candidate));
    if (endpoints.isEmpty()) {
      // No measurement, so nothing passes; the deadline ends it.
      LOG.warn("{}: the Gateway has no address", release.getMetadata().getName());
      return;
    }
    create(
        ReleaseJobs.probe(
            release,
            runId,
            baseline,
            candidate,
            new ReleaseJobs.Round(round, desired.weight(), desired.traffic()),
            endpoints.get(),
            settings));
  }

  private void write(ModelRelease release, int attempt, ReleaseReconciler.Cached cached) {
    ModelReleaseStatus status = release.getStatus();
    String runId = Objects.requireNonNull(status.runId());
    String name = ReleaseNames.writeBack(release, runId, WriteBacks.outcome(status), attempt);
    if (cached.job(name).isEmpty()) {
      create(ReleaseJobs.writeBack(release, WriteBacks.request(release), attempt, settings));
    }
  }

  /** Nothing depends on the report: where its Job is refused, the release goes on. */
  private void report(ModelRelease release, ReleaseReconciler.Cached cached) {
    String runId = Objects.requireNonNull(release.getStatus().runId());
    if (cached.job(ReleaseNames.report(release, runId)).isPresent()) {
      return;
    }
    try {
      create(ReleaseJobs.report(release, ReleaseReports.request(release), settings));
    } catch (KubernetesClientException e) {
      LOG.warn("{}: no Job for the report: {}", release.getMetadata().getName(), e.getMessage());
    }
  }

  /** Creates only: what is there was created for the same question. */
  private void create(Job job) {
    try {
      client.batch().v1().jobs().resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }
}
