package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Scene;
import org.junit.jupiter.api.Test;

/** Whole runs on a real API server and etcd; a test stands in for nodes. */
class OperatorIT {
  @Test
  void runsEveryStepToTheEnd() {
    try (Scene scene = new Scene(job -> Behaviour.sound(job, Scene.GOOD))) {
      scene.start();
      scene.apply(Scene.STEPS);
      ModelCompression done = scene.awaitEnd();
      assertThat(done.getStatus().phase())
          .as("%s", done.getStatus().message())
          .isEqualTo(Phase.SUCCEEDED);
      assertThat(done.getStatus().conditions().get(0).reason()).isEqualTo(Reason.SUCCEEDED);
      assertThat(done.getStatus().sizeRatio()).isEqualTo("0.25");
      assertThat(done.getStatus().latencyRatio()).isEqualTo("0.5");
      assertThat(done.getStatus().accuracyDrop()).isEqualTo("0.002");
      assertThat(scene.podsByJob()).hasSize(4).allSatisfy((job, pods) -> assertThat(pods).isOne());
    }
  }
}
