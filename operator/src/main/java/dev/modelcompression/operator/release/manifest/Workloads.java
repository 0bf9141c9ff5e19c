package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Deployments and Services of the two sides of a release. */
public final class Workloads {
  /** The port of every Service. */
  public static final int PORT = 80;

  private static final String METRICS = "prometheus.io/";
  private static final int OLD_REPLICA_SETS = 2;

  private Workloads() {}

  /**
   * The Deployment of a side, made of {@code spec.server}.
   *
   * @throws IllegalArgumentException {@link ReleaseProblems} has something to say
   */
  public static Deployment deployment(
      ModelRelease release, Side side, int replicas, Settings settings) {
    Map<String, String> labels = new LinkedHashMap<>(ServerPods.template(release).labels());
    labels.putAll(ReleaseLabels.pod(release, side));
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put(METRICS + "scrape", "true");
    annotations.put(METRICS + "port", Integer.toString(ServerPods.port(release)));
    annotations.put(METRICS + "path", "/metrics");
    annotations.putAll(ServerPods.template(release).annotations());
    return deployment(
        release,
        side,
        replicas,
        new ObjectMetaBuilder().withLabels(labels).withAnnotations(annotations).build(),
        ServerPods.of(release, side, settings));
  }

  /**
   * The Deployment of the candidate, made of the one that serves the baseline: the same pods with
   * the other model's uri and digest, and without the labels that select the user's.
   *
   * @throws IllegalArgumentException the baseline's uri stands in no argument and no variable
   */
  public static Deployment copyOf(
      ModelRelease release, Deployment baseline, Side candidate, int replicas) {
    Map<String, String> annotations =
        Optional.ofNullable(baseline.getSpec().getTemplate().getMetadata())
            .map(ObjectMeta::getAnnotations)
            .orElse(Map.of());
    return deployment(
        release,
        candidate,
        replicas,
        new ObjectMetaBuilder()
            .withLabels(ReleaseLabels.pod(release, candidate))
            .withAnnotations(annotations)
            .build(),
        CopiedPod.of(release, baseline, candidate));
  }

  private static Deployment deployment(
      ModelRelease release, Side side, int replicas, ObjectMeta pod, PodSpec spec) {
    return new DeploymentBuilder()
        .withMetadata(metadata(release, side))
        .withNewSpec()
        .withReplicas(replicas)
        .withRevisionHistoryLimit(OLD_REPLICA_SETS)
        .withNewSelector()
        .withMatchLabels(ReleaseLabels.selector(release, side))
        .endSelector()
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withNewMaxSurge(1)
        .withNewMaxUnavailable(0)
        .endRollingUpdate()
        .endStrategy()
        .withNewTemplate()
        .withMetadata(pod)
        .withSpec(spec)
        .endTemplate()
        .endSpec()
        .build();
  }

  /** The Service of a side that the operator has made a Deployment of. */
  public static Service service(ModelRelease release, Side side) {
    return service(release, metadata(release, side), ReleaseLabels.selector(release, side));
  }

  /** The Service of a baseline that a Deployment of the user's serves. */
  public static Service service(ModelRelease release, Side side, Deployment baseline) {
    return service(
        release, metadata(release, side), baseline.getSpec().getSelector().getMatchLabels());
  }

  /**
   * The Service in front of both sides where there is no gateway: of the baseline alone at weight
   * 0, of the candidate alone at weight 100, and of whatever pods there are between.
   */
  public static Service shared(
      ModelRelease release, Side baseline, Optional<Side> candidate, int weight) {
    Weights.check(weight, candidate.isPresent());
    Map<String, String> selector;
    if (weight == 0 || candidate.isEmpty()) {
      selector = ReleaseLabels.selector(release, baseline);
    } else if (weight == Weights.ALL) {
      selector = ReleaseLabels.selector(release, candidate.get());
    } else {
      selector = ReleaseLabels.selector(release);
    }
    return service(
        release,
        new ObjectMetaBuilder()
            .withName(ReleaseNames.route(release))
            .withNamespace(release.getMetadata().getNamespace())
            .withLabels(ReleaseLabels.of(release))
            .build(),
        selector);
  }

  private static Service service(
      ModelRelease release, ObjectMeta metadata, Map<String, String> selector) {
    ServiceBuilder service =
        new ServiceBuilder()
            .withMetadata(metadata)
            .withNewSpec()
            .withSelector(selector)
            .addNewPort()
            .withName(ServerPods.HTTP)
            .withPort(PORT)
            .withNewTargetPort(ServerPods.port(release))
            .withProtocol("TCP")
            .endPort()
            .endSpec();
    if (ServerPods.isOurs(release)) {
      service
          .editSpec()
          .addNewPort()
          .withName(ServerPods.GRPC)
          .withPort(ServerPods.GRPC_PORT)
          .withNewTargetPort(ServerPods.GRPC_PORT)
          .withProtocol("TCP")
          .endPort()
          .endSpec();
    }
    return service.build();
  }

  private static ObjectMeta metadata(ModelRelease release, Side side) {
    return new ObjectMetaBuilder()
        .withName(side.workload())
        .withNamespace(release.getMetadata().getNamespace())
        .withLabels(ReleaseLabels.of(release, side))
        .build();
  }
}
