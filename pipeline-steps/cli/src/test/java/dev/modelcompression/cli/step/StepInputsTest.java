package dev.modelcompression.cli.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.cli.ModelInTwoFiles;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Digests;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepInputsTest {
  private static final Path RESNET = Path.of("../../examples/fashion-mnist/resnet8.onnx");

  @TempDir Path folder;

  @BeforeEach
  void split() throws IOException {
    ModelInTwoFiles.write(ModelFiles.load(RESNET), folder.resolve("ext.onnx"), "weights");
  }

  @Test
  void aSelfContainedModelHasTheDigestAndSizeOfItsFile() throws IOException {
    var artifact = inputs().modelArtifact("original", RESNET.toAbsolutePath().toString());
    assertThat(artifact.digest()).isEqualTo(Digests.of(RESNET));
    assertThat(artifact.bytes()).isEqualTo(Files.size(RESNET));
  }

  @Test
  void whatWasAlteredIsNotParsed() throws IOException {
    var artifact = inputs().modelArtifact(Artifact.MODEL, RESNET.toAbsolutePath().toString());
    Path altered = folder.resolve("altered.onnx");
    Files.write(altered, "no model at all".getBytes(UTF_8));
    for (long bytes : new long[] {Files.size(altered), 1, 1_000_000}) {
      var expected =
          new Artifact(artifact.name(), altered.toUri().toString(), artifact.digest(), bytes);
      assertThatThrownBy(() -> inputs().model(request(expected), Artifact.MODEL))
          .isInstanceOf(InvalidDataException.class)
          .hasMessageContaining("content has digest " + Digests.of(altered))
          .hasMessageContaining("altered after it was published");
    }
  }

  @Test
  void dataThatWereAlteredAreNotRead() throws IOException {
    Path altered = folder.resolve("test.npz");
    Files.write(altered, "no data at all".getBytes(UTF_8));
    var expected = new Artifact("test", altered.toUri().toString(), Digests.of(RESNET), 14);
    assertThatThrownBy(() -> inputs().dataset(new DatasetInput(expected, null), 0))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("content has digest " + Digests.of(altered))
        .hasMessageContaining("altered after it was published");
  }

  @Test
  void externalWeightsArePartOfTheModelsDigestAndSize() throws IOException {
    var before = inputs().modelArtifact(Artifact.MODEL, "ext.onnx");
    assertThat(before.name()).isEqualTo(Artifact.MODEL);
    assertThat(before.uri()).isEqualTo(folder.resolve("ext.onnx").toUri().toString());
    assertThat(before.bytes())
        .isEqualTo(Files.size(folder.resolve("ext.onnx")) + Files.size(folder.resolve("weights")));
    assertThat(inputs().model(request(before), Artifact.MODEL).graph().nodes()).isNotEmpty();

    var weights = Files.readAllBytes(folder.resolve("weights"));
    weights[weights.length / 2] ^= 1;
    Files.write(folder.resolve("weights"), weights);
    var after = inputs().modelArtifact(Artifact.MODEL, "ext.onnx");
    assertThat(after.digest()).isNotEqualTo(before.digest());
    assertThat(after.bytes()).isEqualTo(before.bytes());
    assertThatThrownBy(() -> inputs().model(request(before), Artifact.MODEL))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining(before.digest());
  }

  private StepInputs inputs() {
    return new StepInputs(folder);
  }

  private StepRequest request(Artifact model) {
    return new StepRequest(
        StepRequest.VERSION,
        "test",
        1,
        1,
        Step.of("optimize", new OptimizeSettings()),
        Map.of(Artifact.MODEL, model),
        Map.of(),
        folder.toUri().toString(),
        0,
        null,
        1);
  }
}
