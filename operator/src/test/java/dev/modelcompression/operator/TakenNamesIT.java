package dev.modelcompression.operator;

import static dev.modelcompression.operator.cluster.ReleaseScene.CANDIDATE;
import static dev.modelcompression.operator.cluster.ReleaseScene.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What somebody else made under the names of a release stays as it is, until it is handed over. */
@Execution(ExecutionMode.CONCURRENT)
class TakenNamesIT {
  private static final String BY_PODS =
      "  traffic: {provider: ReplicaRatio, weights: [50, 100], stepDuration: 1s}\n";

  @Test
  void aRouteIsLeftAloneUntilItsOwnerHandsItOver() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      HasMetadata theirs = scene.client().resource(route(scene)).create();
      scene.start();
      scene.apply(GATEWAY);
      assertStalled(scene, "HTTPRoute '" + Scene.NAME + "' is there and is not of this release");
      assertUntouched(scene, theirs);
      assertThat(scene.objects()).containsExactly("HTTPRoute " + Scene.NAME);
      scene
          .client()
          .resource(theirs)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\": {\"labels\": {\"%s\": \"%s\"}}}"
                  .formatted(Labels.RELEASE, Scene.NAME));
      scene.await(ReleasePhase.SUCCEEDED);
      List<Map<String, Integer>> routes = scene.audit().routes();
      assertThat(routes.get(routes.size() - 1)).containsEntry("theirs", 0);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100);
    }
  }

  @Test
  void aServiceInFrontOfOtherPodsIsLeftAloneAlsoWhenAllIsDeleted() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      HasMetadata theirs = scene.client().resource(service(scene, Scene.NAME)).create();
      scene.start();
      scene.apply(BY_PODS, "  deletionPolicy: Delete\n");
      assertStalled(scene, "Service '" + Scene.NAME + "' is there and is not of this release");
      scene.delete();
      scene.awaitGone();
      assertUntouched(scene, theirs);
    }
  }

  @Test
  void soIsOneWithTheNameOfAWorkload() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      HasMetadata theirs = scene.client().resource(service(scene, CANDIDATE)).create();
      scene.start();
      scene.apply(GATEWAY, "  deletionPolicy: Delete\n");
      assertStalled(scene, "Service '" + CANDIDATE + "' is there and is not of this release");
      scene.delete();
      scene.awaitGone();
      assertUntouched(scene, theirs);
    }
  }

  private static void assertStalled(ReleaseScene scene, String why) {
    ModelReleaseStatus status =
        scene.await(s -> s.message() != null && s.message().startsWith(why));
    assertThat(status.phase()).isEqualTo(ReleasePhase.PENDING);
    Condition stalled = status.condition(Condition.Type.STALLED).orElseThrow();
    assertThat(stalled.status()).isEqualTo(Condition.Status.TRUE);
    assertThat(stalled.reason()).isEqualTo(Reason.INVALID_SPEC);
  }

  private static void assertUntouched(ReleaseScene scene, HasMetadata theirs) {
    HasMetadata live = scene.client().resource(theirs).get();
    assertThat(live).isNotNull();
    assertThat(live.getMetadata().getDeletionTimestamp()).isNull();
    assertThat(live.getMetadata().getLabels()).isNullOrEmpty();
    assertThat(live.getMetadata().getManagedFields())
        .noneMatch(field -> field.getManager().equals(Labels.OPERATOR));
  }

  private static HasMetadata route(ReleaseScene scene) {
    return new HTTPRouteBuilder()
        .withNewMetadata()
        .withName(Scene.NAME)
        .withNamespace(scene.scene().namespace())
        .endMetadata()
        .withNewSpec()
        .addNewParentRef()
        .withName("web")
        .endParentRef()
        .addNewRule()
        .addNewBackendRef()
        .withName("theirs")
        .withPort(80)
        .withWeight(0)
        .endBackendRef()
        .endRule()
        .endSpec()
        .build();
  }

  private static HasMetadata service(ReleaseScene scene, String name) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(scene.scene().namespace())
        .endMetadata()
        .withNewSpec()
        .withSelector(Map.of("app", "theirs"))
        .addNewPort()
        .withPort(80)
        .endPort()
        .endSpec()
        .build();
  }
}
