package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.cluster.ApiServer;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.Scene;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Compressions that do not fit the types of the operator. They can be stored under a CRD that is
 * looser than the operator's, and stay when the CRD is replaced. No other test runs meanwhile: its
 * watches would break off.
 */
@Isolated
class UnreadableIT {
  private static final String BAD_STEPS =
      "  steps:\n  - {name: quantize, quantize: {mode: by-magic}}\n";

  @BeforeEach
  void loosen() {
    ApiServer.get().loosenCrd();
  }

  @AfterEach
  void restore() {
    ApiServer.get().restoreCrd();
  }

  /** One that is there when the operator starts, and one that comes while it watches. */
  @Test
  void isSetAsideSaysWhyAndRunsOnceItIsMended() {
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.createRaw("before", BAD_STEPS);
      scene.start();
      scene.createRaw(Scene.NAME, BAD_STEPS);
      Pipeline.runAnother(scene, "beside");
      for (String name : new String[] {"before", Scene.NAME}) {
        ModelCompressionStatus bad =
            scene.await(name, found -> found.getStatus().phase() == Phase.FAILED).getStatus();
        assertThat(bad.conditions())
            .extracting(Condition::reason)
            .containsOnly(Reason.INVALID_SPEC);
        assertThat(bad.message()).contains("spec.steps[0].quantize.mode").contains("by-magic");
      }
      scene.edit(Scene.STEPS);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The CRD is made strict again: what is stored stays, and is told of all the same. */
  @Test
  void isToldOfUnderAStricterCrdToo() {
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.createRaw(Scene.NAME, BAD_STEPS);
      ApiServer.get().restoreCrd();
      scene.start();
      Pipeline.runAnother(scene, "beside");
      assertThat(scene.awaitStatus(status -> status.phase() == Phase.FAILED).message())
          .contains("by-magic");
      scene.edit(Scene.STEPS);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** A version that comes after this one, or another hand, has written the status. */
  @Test
  void aStatusThatCannotBeReadIsLeftAsItIs() {
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.apply(Scene.STEPS);
      scene.patchStatus("{\"status\":{\"phase\":\"Canary\",\"steps\":[{\"name\":7}]}}");
      scene.start();
      Pipeline.runAnother(scene, "beside");
      Await.until("it is told", () -> scene.events().contains("Warning InvalidSpec"));
      assertThat(scene.yaml()).contains("Canary");
      assertThat(scene.writes()).noneMatch(write -> write.contains("/" + Scene.NAME));
      scene.patchStatus("{\"status\":null}");
      scene.edit(Scene.STEPS, "  ttlAfterFinished: 999h\n");
      Pipeline.assertUndisturbed(scene);
    }
  }
}
