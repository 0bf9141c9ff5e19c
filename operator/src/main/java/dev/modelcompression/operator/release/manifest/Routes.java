package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRefBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRuleBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReferenceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The HTTPRoute of a release, and what a live one says. */
public final class Routes {
  private static final String SERVICE = "Service";

  private Routes() {}

  /**
   * The route of a release.
   *
   * @param candidate what is beside the baseline; listed at weight 0 as well
   * @param weight percent of the requests that the candidate gets
   * @param probing whether measurements can choose a side by the header
   * @param mirroring whether the candidate gets copies of requests; never where the Gateway's class
   *     does not list {@code HTTPRouteRequestMirror}: it may answer 500 to everything
   * @param live the route as it is: backends and rules that others have added stay
   */
  public static HTTPRoute route(
      ModelRelease release,
      Side baseline,
      Optional<Side> candidate,
      int weight,
      boolean probing,
      boolean mirroring,
      Optional<HTTPRoute> live) {
    Weights.check(weight, candidate.isPresent());
    List<HTTPRouteRule> rules = new ArrayList<>();
    if (probing) {
      rules.add(choice(ReleaseNames.baselineHeader(release), baseline));
      candidate.ifPresent(side -> rules.add(choice(ReleaseNames.candidateHeader(release), side)));
    }
    rules.add(
        shares(
            baseline,
            candidate,
            weight,
            mirroring ? mirrorPercent(release) : Optional.empty(),
            live.map(LiveRoute::new).map(LiveRoute::foreignBackends).orElse(List.of())));
    live.map(LiveRoute::new).map(LiveRoute::foreignRules).ifPresent(rules::addAll);
    return new HTTPRouteBuilder()
        .withNewMetadata()
        .withName(ReleaseNames.route(release))
        .withNamespace(release.getMetadata().getNamespace())
        .withLabels(ReleaseLabels.of(release))
        .endMetadata()
        .withNewSpec()
        .withParentRefs(parent(release))
        .withHostnames(release.getSpec().traffic().hostnames())
        .withRules(rules)
        .endSpec()
        .build();
  }

  /**
   * The weight that a live route gives to the candidate; nothing when its rule for all requests is
   * not one that {@link #route} makes.
   */
  public static Optional<Integer> weight(HTTPRoute live, Side candidate) {
    List<HTTPBackendRef> ours = new LiveRoute(live).ourBackends();
    int total = ours.stream().mapToInt(LiveRoute::weight).sum();
    if (ours.isEmpty() || ours.size() > 2 || total != Weights.ALL) {
      return Optional.empty();
    }
    Optional<Integer> found =
        ours.stream()
            .filter(backend -> backend.getName().equals(candidate.workload()))
            .findFirst()
            .map(LiveRoute::weight);
    // A baseline alone has everything; beside another model than this one, nothing is known.
    return ours.size() == 1 ? found.or(() -> Optional.of(0)) : found;
  }

  /** Whether every Gateway of a live route has taken it as it is written now. */
  public static Acceptance accepted(HTTPRoute live) {
    return LiveRoute.accepted(live);
  }

  private static HTTPRouteRule choice(String value, Side side) {
    return new HTTPRouteRuleBuilder()
        .addNewMatch()
        .withNewPath("PathPrefix", "/")
        .addNewHeader()
        .withName(ReleaseNames.HEADER)
        .withType("Exact")
        .withValue(value)
        .endHeader()
        .endMatch()
        .withBackendRefs(backend(side, 1))
        .build();
  }

  private static HTTPRouteRule shares(
      Side baseline,
      Optional<Side> candidate,
      int weight,
      Optional<Integer> mirrorPercent,
      List<HTTPBackendRef> foreign) {
    List<HTTPBackendRef> backends = new ArrayList<>();
    backends.add(backend(baseline, Weights.ALL - weight));
    candidate.ifPresent(side -> backends.add(backend(side, weight)));
    backends.addAll(foreign);
    HTTPRouteRuleBuilder rule =
        new HTTPRouteRuleBuilder()
            .addNewMatch()
            .withNewPath("PathPrefix", "/")
            .endMatch()
            .withBackendRefs(backends);
    candidate.ifPresent(
        side ->
            mirrorPercent.ifPresent(
                percent ->
                    rule.addNewFilter()
                        .withType("RequestMirror")
                        .withNewRequestMirror()
                        .withNewBackendRef()
                        .withGroup("")
                        .withKind(SERVICE)
                        .withName(side.workload())
                        .withPort(Workloads.PORT)
                        .endBackendRef()
                        .withPercent(percent)
                        .endRequestMirror()
                        .endFilter()));
    return rule.build();
  }

  private static HTTPBackendRef backend(Side side, int weight) {
    return new HTTPBackendRefBuilder()
        .withGroup("")
        .withKind(SERVICE)
        .withName(side.workload())
        .withPort(Workloads.PORT)
        .withWeight(weight)
        .build();
  }

  private static Optional<Integer> mirrorPercent(ModelRelease release) {
    return Optional.ofNullable(release.getSpec().traffic().mirrorPercent());
  }

  private static ParentReference parent(ModelRelease release) {
    Traffic.GatewayReference gateway = release.getSpec().traffic().gateway();
    if (gateway == null) {
      throw new IllegalArgumentException(
          "spec.traffic.gateway: is missing; provider GatewayAPI needs it");
    }
    return new ParentReferenceBuilder()
        .withGroup("gateway.networking.k8s.io")
        .withKind("Gateway")
        .withName(gateway.name())
        .withNamespace(
            Optional.ofNullable(gateway.namespace()).orElse(release.getMetadata().getNamespace()))
        .withSectionName(gateway.sectionName())
        .build();
  }
}
