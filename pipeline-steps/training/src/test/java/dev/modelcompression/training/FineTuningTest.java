package dev.modelcompression.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.training.autograd.OnnxRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {
  private static final FineTuneSettings SETTINGS =
      FineTuneSettings.builder()
          .epochs(3)
          .batchSize(16)
          .learningRate(0.02)
          .validationFraction(0.2)
          .keepBest(false)
          .seed(7)
          .threads(2)
          .build();

  @TempDir private Path folder;

  @Test
  void aDamagedNetworkLearnsItsTaskAgain() {
    var damaged = damaged();
    var test = Examples.test(500);

    var result =
        Trainer.libtorch()
            .fineTune(
                damaged,
                TrainingData.of(Examples.training(800)),
                SETTINGS,
                Checkpointing.OFF,
                Progress.NONE);

    assertThat(OnnxRuntime.accuracy(damaged, test)).isLessThan(0.2);
    assertThat(OnnxRuntime.accuracy(result.model(), test)).isGreaterThan(0.8);
    assertThat(result.history()).hasSize(4);
    assertThat(result.history().get(3).loss()).isLessThan(result.history().get(1).loss());
    // Two biases of 64 and 128 elements are shared by two nodes each.
    assertThat(result.trainableParameters()).isEqualTo(308_074 - 64 - 128);
  }

  @Test
  void theSameTrainingGivesTheSameBits() {
    assertThat(OnnxWriter.toBytes(tuned(Checkpointing.OFF, Progress.NONE).model()))
        .isEqualTo(OnnxWriter.toBytes(tuned(Checkpointing.OFF, Progress.NONE).model()));
  }

  @Test
  void aKilledTrainingGoesOnToTheSameBits() {
    var checkpointing = new Checkpointing(Optional.of(folder.resolve("state")), 3);
    var undisturbed = tuned(Checkpointing.OFF, Progress.NONE);

    assertThatThrownBy(() -> tuned(checkpointing, killAfter(13))).hasMessage("killed");
    assertThatThrownBy(() -> tuned(checkpointing, killAfter(18))).hasMessage("killed");
    var resumed = tuned(checkpointing, Progress.NONE);

    // Steps 12 and 15 are in the middle of the second epoch of 8 steps, 16 is at its end.
    assertThat(resumed.resumedFrom()).isEqualTo(16);
    assertThat(OnnxWriter.toBytes(resumed.model()))
        .isEqualTo(OnnxWriter.toBytes(undisturbed.model()));
    assertThat(resumed.history().get(2).loss()).isEqualTo(undisturbed.history().get(2).loss());
    assertThat(resumed.history().get(3).validationLoss())
        .isEqualTo(undisturbed.history().get(3).validationLoss());
  }

  @Test
  void aDamagedCheckpointIsIgnoredWithANote() throws IOException {
    var file = folder.resolve("state");
    var checkpointing = Checkpointing.to(file);
    var first = tuned(checkpointing, Progress.NONE);
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    var second = tuned(checkpointing, Progress.NONE);

    assertThat(second.resumedFrom()).isZero();
    assertThat(second.notes())
        .containsExactly("checkpoint " + file + " is damaged; training starts from the beginning");
    assertThat(OnnxWriter.toBytes(second.model())).isEqualTo(OnnxWriter.toBytes(first.model()));
  }

  private static Progress killAfter(long steps) {
    return (done, total, note) -> {
      if (done == steps) {
        throw new IllegalStateException("killed");
      }
    };
  }

  private static TrainingResult tuned(Checkpointing checkpointing, Progress progress) {
    return Trainer.libtorch()
        .fineTune(
            damaged(), TrainingData.of(Examples.training(160)), SETTINGS, checkpointing, progress);
  }

  /** The example network with an untrained last layer. */
  private static Model damaged() {
    var model = Examples.resnet();
    String weight = model.graph().nodes("Gemm").get(0).input(1);
    var tensor = model.graph().initializer(weight).orElseThrow();
    model
        .graph()
        .setInitializer(
            weight, Tensor.floats(tensor.shape(), new float[(int) tensor.elementCount()]));
    return model;
  }
}
