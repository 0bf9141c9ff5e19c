package dev.modelcompression.operator.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
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

  private Condition released(Optional<ModelRelease> live) {
    ModelCompressionStatus told =
        ReleaseOfCompression.told(compression, compression.getStatus(), live, NOW);
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
