package dev.modelcompression.operator.release.manifest;

import static dev.modelcompression.operator.release.manifest.Releases.BASELINE;
import static dev.modelcompression.operator.release.manifest.Releases.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.release.ModelRelease;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
  private static final String OTHER = "fashion-cccccccc";

  private final ModelRelease release = Releases.release(Releases.GATEWAY);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 50, 99, 100})
  void theWeightThatWasWrittenIsReadBack(int weight) {
    assertThat(Routes.weight(route(weight, Optional.empty()), CANDIDATE)).contains(weight);
  }

  @Test
  void aSideAloneHasEverything() {
    HTTPRoute alone =
        Routes.route(release, CANDIDATE, Optional.empty(), 0, false, false, Optional.empty());
    assertThat(Routes.weight(alone, CANDIDATE)).contains(100);
    assertThat(Routes.weight(alone, BASELINE)).contains(0);
  }

  /** Backends of the rule for all requests, as name:weight; and what is read. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "fashion-a1a1a1a1:70 fashion-b2b2b2b2:30, 30",
        "fashion-b2b2b2b2:30 fashion-a1a1a1a1:70, 30",
        "fashion-a1a1a1a1:70 fashion-b2b2b2b2:30 legacy:500, 30",
        "fashion-a1a1a1a1:60 fashion-b2b2b2b2:30, -",
        "fashion-a1a1a1a1:1 fashion-b2b2b2b2:1, -",
        "fashion-a1a1a1a1:90 fashion-cccccccc:10, -",
        "fashion-a1a1a1a1:45 fashion-b2b2b2b2:10 fashion-cccccccc:45, -",
        "fashion-a1a1a1a1:50, -",
        "legacy:100, -"
      })
  void weightIsReadOnlyFromWhatLooksLikeOurs(String backends, @Nullable Integer weight)
      throws IOException {
    HTTPRoute live = route(0, Optional.empty());
    HTTPRoute other = live(backends);
    live.getSpec().getRules().get(2).setBackendRefs(backendsOf(other));
    assertThat(Routes.weight(live, CANDIDATE)).isEqualTo(Optional.ofNullable(weight));
  }

  @Test
  void twoRulesForAllRequestsAreNotOurs() {
    HTTPRoute live = route(10, Optional.empty());
    live.getSpec().getRules().add(live.getSpec().getRules().get(2));
    assertThat(Routes.weight(live, CANDIDATE)).isEmpty();
  }

  /** What others have added survives; what is left of a run before does not. */
  @Test
  void foreignBackendsAndRulesStay() throws IOException {
    HTTPRoute live = live("fashion-a1a1a1a1:90 " + OTHER + ":10 legacy:7 fashion:3");
    live.getSpec()
        .getRules()
        .add(
            new HTTPRouteBuilder()
                .withNewSpec()
                .addNewRule()
                .addNewMatch()
                .withNewPath("PathPrefix", "/docs")
                .endMatch()
                .endRule()
                .endSpec()
                .build()
                .getSpec()
                .getRules()
                .get(0));
    HTTPRoute made = route(50, Optional.of(live));
    assertThat(made.getSpec().getRules()).hasSize(4);
    assertThat(made.getSpec().getRules().get(2).getBackendRefs())
        .extracting(backend -> backend.getName() + ":" + backend.getWeight())
        .containsExactly("fashion-a1a1a1a1:50", "fashion-b2b2b2b2:50", "legacy:7", "fashion:3");
    assertThat(made.getSpec().getRules().get(3).getMatches().get(0).getPath().getValue())
        .isEqualTo("/docs");
    assertThat(Routes.weight(made, CANDIDATE)).contains(50);
    // Written once more over itself, it is the same.
    assertThat(route(50, Optional.of(made))).isEqualTo(made);
  }

  @Test
  void refusesWeightsThatNobodyCanHave() {
    assertThatThrownBy(() -> route(101, Optional.empty()))
        .hasMessage("weight is 101, expected 0 to 100");
    assertThatThrownBy(
            () ->
                Routes.route(
                    release, BASELINE, Optional.empty(), 10, false, false, Optional.empty()))
        .hasMessage("weight is 10, expected 0 without a candidate");
  }

  /** Conditions as type=status@generation of the one Gateway; the route is at generation 3. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "Accepted=True@3 ResolvedRefs=True@3, true, Accepted",
        "Accepted=True@3 ResolvedRefs=True@3 PartiallyInvalid=False@3, true, Accepted",
        "Accepted=True@3 ResolvedRefs=True@3 PartiallyInvalid=True@2, true, Accepted",
        "Accepted=True@3 ResolvedRefs=True@3 PartiallyInvalid=True@3, false, Because",
        "Accepted=True@2 ResolvedRefs=True@3, false, Pending",
        "Accepted=True@3 ResolvedRefs=True@2, false, Pending",
        "Accepted=True@3, false, Pending",
        "Accepted=False@3 ResolvedRefs=True@3, false, Because",
        "Accepted=True@3 ResolvedRefs=False@3, false, Because",
        "Accepted=False@2 ResolvedRefs=False@2, false, Pending",
        "Accepted=Unknown@3 ResolvedRefs=True@3, false, Because",
        "-, false, Pending"
      })
  void acceptedMeansTheGenerationThatIsThere(
      @Nullable String conditions, boolean accepted, String reason) {
    Acceptance acceptance =
        Routes.accepted(status(conditions == null ? "" : conditions, "web", "infra"));
    assertThat(acceptance.accepted()).isEqualTo(accepted);
    assertThat(acceptance.reason()).isEqualTo(reason);
    assertThat(acceptance.message().isEmpty()).isEqualTo(accepted);
  }

  @Test
  void saysWhatAGatewayObjectsTo() {
    assertThat(
            Routes.accepted(status("Accepted=True@3 ResolvedRefs=False@3", "web", "infra"))
                .message())
        .isEqualTo("Gateway 'web': ResolvedRefs is False: says so");
  }

  @Test
  void anotherGatewaysWordDoesNotCount() {
    String sound = "Accepted=True@3 ResolvedRefs=True@3";
    assertThat(Routes.accepted(status(sound, "other", "infra")).reason()).isEqualTo("Pending");
    assertThat(Routes.accepted(status(sound, "web", "team")).reason()).isEqualTo("Pending");
    assertThat(Routes.accepted(route(0, Optional.empty())).reason()).isEqualTo("Pending");
  }

  private HTTPRoute route(int weight, Optional<HTTPRoute> live) {
    return Routes.route(release, BASELINE, Optional.of(CANDIDATE), weight, true, false, live);
  }

  /** A route with one rule for all requests. */
  private static HTTPRoute live(String backends) throws IOException {
    ObjectNode route =
        (ObjectNode)
            new YAMLMapper()
                .readTree(
                    """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: fashion, namespace: team}
                    spec: {rules: [{matches: [{path: {type: PathPrefix, value: /}}], backendRefs: []}]}
                    """);
    ArrayNode refs = (ArrayNode) route.at("/spec/rules/0/backendRefs");
    Matcher backend = Pattern.compile("(\\S+):([0-9]+)").matcher(backends);
    while (backend.find()) {
      refs.addObject()
          .put("name", backend.group(1))
          .put("port", 80)
          .put("weight", Integer.parseInt(backend.group(2)));
    }
    return Serialization.unmarshal(route.toString(), HTTPRoute.class);
  }

  private static List<HTTPBackendRef> backendsOf(HTTPRoute route) {
    return route.getSpec().getRules().get(0).getBackendRefs();
  }

  private HTTPRoute status(String conditions, String gateway, String namespace) {
    RouteParentStatusBuilder answer =
        new RouteParentStatusBuilder()
            .withNewParentRef()
            .withName(gateway)
            .withNamespace(namespace)
            .endParentRef();
    Matcher condition = Pattern.compile("(\\w+)=(\\w+)@([0-9]+)").matcher(conditions);
    while (condition.find()) {
      answer.addToConditions(
          new ConditionBuilder()
              .withType(condition.group(1))
              .withStatus(condition.group(2))
              .withObservedGeneration(Long.valueOf(condition.group(3)))
              .withReason("Because")
              .withMessage("says so")
              .build());
    }
    return new HTTPRouteBuilder(route(10, Optional.empty()))
        .editMetadata()
        .withGeneration(3L)
        .endMetadata()
        .withNewStatus()
        .withParents(answer.build())
        .endStatus()
        .build();
  }
}
