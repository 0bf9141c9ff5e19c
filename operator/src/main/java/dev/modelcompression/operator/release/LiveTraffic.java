package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.release.manifest.Acceptance;
import dev.modelcompression.operator.release.manifest.ReleaseNames;
import dev.modelcompression.operator.release.manifest.Replicas;
import dev.modelcompression.operator.release.manifest.Routes;
import dev.modelcompression.operator.release.manifest.Side;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How requests are divided at this moment, as the cluster has it and not as it was asked for. */
final class LiveTraffic {
  private final KubernetesClient client;

  LiveTraffic(KubernetesClient client) {
    this.client = client;
  }

  Observation.Route observe(
      ModelRelease release, ModelReleaseStatus status, ReleaseReconciler.Cached cached) {
    return release.getSpec().traffic().provider() == Traffic.Provider.GATEWAY_API
        ? gateway(release, status)
        : replicas(release, status, cached);
  }

  /** The route, from the API server: a weight must not be believed from a cache. */
  Optional<HTTPRoute> route(ModelRelease release) {
    return Optional.ofNullable(
        client
            .resources(HTTPRoute.class)
            .inNamespace(release.getMetadata().getNamespace())
            .withName(ReleaseNames.route(release))
            .get());
  }

  private Observation.Route gateway(ModelRelease release, ModelReleaseStatus status) {
    Optional<HTTPRoute> route = route(release);
    if (route.isEmpty()) {
      return new Observation.Route(
          Optional.empty(),
          false,
          "the HTTPRoute is not there yet; it needs the Gateway API's CRDs");
    }
    SideStatus candidate = status.candidate();
    Optional<Integer> weight =
        candidate == null
            ? Optional.empty()
            : Routes.weight(
                route.get(), new Side(candidate.workload(), candidate.uri(), candidate.digest()));
    Acceptance accepted = Routes.accepted(route.get());
    return new Observation.Route(weight, accepted.accepted(), accepted.message());
  }

  private Observation.Route replicas(
      ModelRelease release, ModelReleaseStatus status, ReleaseReconciler.Cached cached) {
    Service shared =
        client
            .services()
            .inNamespace(release.getMetadata().getNamespace())
            .withName(ReleaseNames.route(release))
            .get();
    SideStatus candidate = status.candidate();
    if (shared == null || candidate == null) {
      return new Observation.Route(Optional.empty(), true, "the Service is not there yet");
    }
    Map<String, String> selector =
        Objects.requireNonNullElse(shared.getSpec().getSelector(), Map.of());
    String only = selector.get(Labels.WORKLOAD);
    if (only != null) {
      return new Observation.Route(
          Optional.of(only.equals(candidate.workload()) ? 100 : 0), true, "");
    }
    return mixed(release, status, cached, candidate);
  }

  /** Both sides' pods answer: their number is the weight, once all of them are ready. */
  private static Observation.Route mixed(
      ModelRelease release,
      ModelReleaseStatus status,
      ReleaseReconciler.Cached cached,
      SideStatus candidate) {
    int wanted = Objects.requireNonNullElse(status.desiredWeight(), 0);
    int pods = Replicas.of(release.getSpec().server().replicas(), wanted);
    int ready = cached.deployment(candidate.workload()).map(LiveTraffic::ready).orElse(0);
    return ready == pods
        ? new Observation.Route(Optional.of(wanted), true, "")
        : new Observation.Route(
            Optional.empty(),
            true,
            "%d of %d pods of the candidate are ready".formatted(ready, pods));
  }

  private static int ready(Deployment deployment) {
    return deployment.getStatus() == null || deployment.getStatus().getReadyReplicas() == null
        ? 0
        : deployment.getStatus().getReadyReplicas();
  }
}
