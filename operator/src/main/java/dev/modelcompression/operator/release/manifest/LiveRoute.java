package dev.modelcompression.operator.release.manifest;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A route as the API server has it: which parts are ours, and what Gateways say of it. */
final class LiveRoute {
  private final HTTPRoute route;

  LiveRoute(HTTPRoute route) {
    this.route = route;
  }

  /** Our backends in the rule for all requests; none where there is no such rule, or several. */
  List<HTTPBackendRef> ourBackends() {
    List<HTTPRouteRule> rules = rules().filter(LiveRoute::isForAll).toList();
    return rules.size() == 1
        ? rules.get(0).getBackendRefs().stream().filter(this::isOurs).toList()
        : List.of();
  }

  /** What others have added to the rule for all requests. */
  List<HTTPBackendRef> foreignBackends() {
    return rules()
        .filter(LiveRoute::isForAll)
        .flatMap(rule -> rule.getBackendRefs().stream())
        .filter(backend -> !isOurs(backend))
        .toList();
  }

  /** Rules that others have added. */
  List<HTTPRouteRule> foreignRules() {
    return rules().filter(rule -> !isForAll(rule) && !isChoice(rule)).toList();
  }

  static int weight(HTTPBackendRef backend) {
    return Optional.ofNullable(backend.getWeight()).orElse(1);
  }

  private Stream<HTTPRouteRule> rules() {
    return route.getSpec() == null ? Stream.empty() : route.getSpec().getRules().stream();
  }

  private static boolean isForAll(HTTPRouteRule rule) {
    return rule.getMatches().isEmpty() || rule.getMatches().stream().anyMatch(LiveRoute::isForAll);
  }

  private static boolean isForAll(HTTPRouteMatch match) {
    return match.getHeaders().isEmpty()
        && match.getQueryParams().isEmpty()
        && match.getMethod() == null
        && (match.getPath() == null
            || ("/".equals(match.getPath().getValue())
                && "PathPrefix".equals(match.getPath().getType())));
  }

  private static boolean isChoice(HTTPRouteRule rule) {
    return rule.getMatches().stream()
        .flatMap(match -> match.getHeaders().stream())
        .anyMatch(header -> ReleaseNames.HEADER.equalsIgnoreCase(header.getName()));
  }

  private boolean isOurs(HTTPBackendRef backend) {
    String namespace = backend.getNamespace();
    return (backend.getKind() == null || "Service".equals(backend.getKind()))
        && (backend.getGroup() == null || backend.getGroup().isEmpty())
        && (namespace == null || namespace.equals(route.getMetadata().getNamespace()))
        && ReleaseNames.isWorkload(route.getMetadata().getName(), backend.getName());
  }

  static Acceptance accepted(HTTPRoute route) {
    List<RouteParentStatus> answers =
        route.getStatus() == null ? List.of() : route.getStatus().getParents();
    for (ParentReference parent : route.getSpec().getParentRefs()) {
      List<RouteParentStatus> own =
          answers.stream().filter(answer -> isOf(answer, parent, route)).toList();
      if (own.isEmpty()) {
        return Acceptance.pending(
            "Gateway '%s' has not looked at HTTPRoute '%s'"
                .formatted(parent.getName(), route.getMetadata().getName()));
      }
      for (RouteParentStatus answer : own) {
        Acceptance acceptance = accepted(route, answer);
        if (!acceptance.accepted()) {
          return acceptance;
        }
      }
    }
    return Acceptance.YES;
  }

  private static Acceptance accepted(HTTPRoute route, RouteParentStatus answer) {
    for (String type : List.of("Accepted", "ResolvedRefs")) {
      Optional<Condition> condition = condition(answer, type);
      if (condition.isEmpty() || !isCurrent(condition.get(), route)) {
        return Acceptance.pending(
            "Gateway '%s' has not said %s of generation %s of HTTPRoute '%s'"
                .formatted(
                    answer.getParentRef().getName(),
                    type,
                    route.getMetadata().getGeneration(),
                    route.getMetadata().getName()));
      }
      if (!"True".equals(condition.get().getStatus())) {
        return refused(answer, condition.get());
      }
    }
    return condition(answer, "PartiallyInvalid")
        .filter(condition -> "True".equals(condition.getStatus()) && isCurrent(condition, route))
        .map(condition -> refused(answer, condition))
        .orElse(Acceptance.YES);
  }

  private static Acceptance refused(RouteParentStatus answer, Condition condition) {
    return new Acceptance(
        false,
        String.valueOf(condition.getReason()),
        "Gateway '%s': %s is %s: %s"
            .formatted(
                answer.getParentRef().getName(),
                condition.getType(),
                condition.getStatus(),
                condition.getMessage()));
  }

  private static boolean isCurrent(Condition condition, HTTPRoute route) {
    return Objects.equals(condition.getObservedGeneration(), route.getMetadata().getGeneration());
  }

  private static Optional<Condition> condition(RouteParentStatus answer, String type) {
    return answer.getConditions().stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  private static boolean isOf(RouteParentStatus answer, ParentReference parent, HTTPRoute route) {
    ParentReference said = answer.getParentRef();
    String own = route.getMetadata().getNamespace();
    return parent.getName().equals(said.getName())
        && Objects.equals(parent.getSectionName(), said.getSectionName())
        && Optional.ofNullable(parent.getNamespace())
            .orElse(own)
            .equals(Optional.ofNullable(said.getNamespace()).orElse(own));
  }
}
