package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.release.manifest.ReleaseNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Objects that somebody else made under the names that a release uses. They are not taken over,
 * unless their owner hands them over with the label {@value Labels#RELEASE}.
 */
final class TakenNames {
  private final KubernetesClient client;

  TakenNames(KubernetesClient client) {
    this.client = client;
  }

  /** Whether an object was made for this release, or was handed over to it. */
  static boolean isOurs(ModelRelease release, HasMetadata live) {
    String owner = of(live.getMetadata().getLabels()).get(Labels.RELEASE);
    return owner == null ? isMade(live) : owner.equals(release.getMetadata().getName());
  }

  /** Whether an object is a workload that the operator has made for this release. */
  static boolean isWorkload(ModelRelease release, HasMetadata live) {
    var users = Objects.requireNonNull(release.getSpec().baseline()).deployment();
    String name = live.getMetadata().getName();
    return isOurs(release, live)
        && isMade(live)
        && ReleaseNames.isWorkload(release.getMetadata().getName(), name)
        && (users == null || !users.name().equals(name));
  }

  private static boolean isMade(HasMetadata live) {
    return of(live.getMetadata().getAnnotations()).containsKey(ReleaseApplier.MADE_FROM);
  }

  /**
   * What stands in the way of the objects that are about to be made.
   *
   * @param models those that the release is to serve
   */
  List<String> problems(
      ModelRelease release, ReleaseReconciler.Cached cached, List<Observation.Model> models) {
    List<HasMetadata> found = new ArrayList<>();
    if (isBeforeTraffic(release)) {
      find(divider(release), ReleaseNames.route(release), release).ifPresent(found::add);
    }
    for (Observation.Model model : models) {
      if (cached.deployment(model.workload()).isEmpty()) {
        find(Deployment.class, model.workload(), release).ifPresent(found::add);
        find(Service.class, model.workload(), release).ifPresent(found::add);
      }
    }
    return found.stream()
        .filter(live -> !isOurs(release, live))
        .map(live -> problem(release, live))
        .toList();
  }

  private static Class<? extends HasMetadata> divider(ModelRelease release) {
    return release.getSpec().traffic().provider() == Traffic.Provider.GATEWAY_API
        ? HTTPRoute.class
        : Service.class;
  }

  /** Later on, what divides the requests is there, and is this release's. */
  private static boolean isBeforeTraffic(ModelRelease release) {
    ModelReleaseStatus status = release.getStatus();
    return status == null
        || status.phase() == null
        || status.phase() == ReleasePhase.PENDING
        || status.phase() == ReleasePhase.INITIALIZING;
  }

  private Optional<? extends HasMetadata> find(
      Class<? extends HasMetadata> kind, String name, ModelRelease release) {
    return Optional.ofNullable(
        client
            .resources(kind)
            .inNamespace(release.getMetadata().getNamespace())
            .withName(name)
            .get());
  }

  private static String problem(ModelRelease release, HasMetadata live) {
    return "%s '%s' is there and is not of this release; delete it, give the release another name, or hand it over with the label %s=%s"
        .formatted(
            live.getKind(),
            live.getMetadata().getName(),
            Labels.RELEASE,
            release.getMetadata().getName());
  }

  private static <T> Map<String, T> of(@org.jspecify.annotations.Nullable Map<String, T> labels) {
    return Objects.requireNonNullElse(labels, Map.of());
  }
}
