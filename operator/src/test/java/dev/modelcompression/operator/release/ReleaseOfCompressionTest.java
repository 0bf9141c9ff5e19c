package dev.modelcompression.operator.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ContractJson;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReleaseOfCompressionTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");

  private final ModelCompression compression =
      Serialization.unmarshal(
          """
          apiVersion: modelcompression.dev/v1alpha1
          kind: ModelCompression
          metadata: {name: net, namespace: team, uid: uid-1, generation: 1}
          spec:
            model: {uri: "pvc://models/net.onnx"}
            datasets: {}
            steps: [{name: optimize, optimize: {}}]
            gates: []
            release:
              traffic: {gateway: {name: public}, weights: [100]}
              analysis: {metrics: [{name: accuracy, maxDrop: 0.01}]}
          status: {phase: Succeeded}
          """,
          ModelCompression.class);

  @Test
  void aReleaseOfThatNameThatSomebodyElseMadeIsToldAndNotOurs() {
    ModelRelease written = release("uid-2");

    Condition released = released(Optional.of(written));

    assertThat(ReleaseOfCompression.isOf(compression, written)).isFalse();
    assertThat(released.status()).isEqualTo(Condition.Status.FALSE);
    assertThat(released.reason()).isEqualTo(Reason.NAME_CONFLICT);
    assertThat(released.message()).contains("ModelRelease net");
  }

  @Test
  void aReleaseThatWasMadeOfItIsWaitedFor() {
    ModelRelease own = release("uid-1");

    assertThat(ReleaseOfCompression.isOf(compression, own)).isTrue();
    assertThat(released(Optional.of(own)).status()).isEqualTo(Condition.Status.UNKNOWN);
    assertThat(released(Optional.empty()).status()).isEqualTo(Condition.Status.UNKNOWN);
  }

  /** Whoever waits for the condition waits for this result, not for the one before. */
  @Test
  void onlyTheEndOfWhatIsWantedNowCounts() {
    ModelRelease live = release("uid-1");
    live.setSpec(wanted("new").getSpec());
    ended(live, Condition.Status.TRUE, 1);
    assertThat(released(Optional.of(live)).status()).isEqualTo(Condition.Status.TRUE);
    live.setSpec(wanted("old").getSpec());
    assertThat(released(Optional.of(live)).status()).isEqualTo(Condition.Status.UNKNOWN);
    live.setSpec(wanted("new").getSpec());
    live.getMetadata().setGeneration(2L);
    assertThat(released(Optional.of(live)).status())
        .as("not looked at")
        .isEqualTo(Condition.Status.UNKNOWN);
  }

  /** It goes with its owner, whatever has become of the owner's later runs. */
  @Test
  void aReleaseOnItsWayKeepsItsCompression() {
    Optional<ModelRelease> none = Optional.empty();
    Optional<ModelRelease> wanted = Optional.of(wanted("new"));
    assertThat(onItsWay(none, none)).isFalse();
    assertThat(onItsWay(wanted, none)).as("about to be made").isTrue();
    ModelRelease live = release("uid-1");
    live.setSpec(wanted("new").getSpec());
    ended(live, Condition.Status.UNKNOWN, 1);
    assertThat(onItsWay(wanted, Optional.of(live))).isTrue();
    assertThat(onItsWay(none, Optional.of(live))).as("a later run has failed").isTrue();
    for (Condition.Status end : List.of(Condition.Status.TRUE, Condition.Status.FALSE)) {
      ended(live, end, 1);
      assertThat(onItsWay(wanted, Optional.of(live))).isFalse();
      assertThat(onItsWay(none, Optional.of(live))).isFalse();
      assertThat(onItsWay(Optional.of(wanted("newer")), Optional.of(live))).isTrue();
    }
    assertThat(onItsWay(wanted, Optional.of(release("uid-2")))).as("another's").isFalse();
  }

  private boolean onItsWay(Optional<ModelRelease> wanted, Optional<ModelRelease> live) {
    return ReleaseOfCompression.isOnItsWay(compression, wanted, live);
  }

  private static ModelRelease wanted(String model) {
    ModelRelease release = new ModelRelease();
    release.setSpec(
        Serialization.unmarshal(
            """
            baseline: {model: {uri: "pvc://models/base.onnx"}}
            candidate: {model: {uri: "pvc://models/%s.onnx"}}
            traffic: {gateway: {name: public}, weights: [100]}
            analysis: {metrics: [{name: accuracy, maxDrop: 0.01}]}
            """
                .formatted(model),
            ReleaseSpec.class));
    return release;
  }

  private static void ended(ModelRelease release, Condition.Status promoted, long generation) {
    release.getMetadata().setGeneration(generation);
    release.setStatus(
        Serialization.unmarshal(
            """
            observedGeneration: %d
            conditions:
            - {type: Promoted, status: "%s", reason: Promoted, message: so}
            """
                .formatted(generation, ContractJson.tree(promoted).asText()),
            ModelReleaseStatus.class));
  }

  private Condition released(Optional<ModelRelease> live) {
    ModelCompressionStatus told =
        ReleaseOfCompression.told(
            compression, compression.getStatus(), Optional.of(wanted("new")), live, NOW);
    return told.condition(Condition.Type.RELEASED).orElseThrow();
  }

  private static ModelRelease release(String owner) {
    ModelRelease release = new ModelRelease();
    release.setMetadata(
        new ObjectMetaBuilder()
            .withName("net")
            .addNewOwnerReference()
            .withKind("ModelCompression")
            .withName("net")
            .withUid(owner)
            .endOwnerReference()
            .build());
    return release;
  }
}
