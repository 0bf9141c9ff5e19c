package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kubernetes gets from the commands that run in pods: exit code and termination message. */
class PodCommandsTest {
  private static final Path EXAMPLE = Path.of("../../examples/fashion-mnist");
  private static final String OTHER = "sha256:" + "0".repeat(64);
  private static final String OUTPUT = "pvc://models/steps/1";

  @TempDir Path mounts;
  @TempDir Path folder;

  @BeforeEach
  void mount() throws IOException {
    System.setProperty("mc.claims", mounts.toString());
    Files.createDirectories(mounts.resolve("models"));
    Files.copy(EXAMPLE.resolve("resnet8.onnx"), model());
    Files.copy(EXAMPLE.resolve("test.npz"), mounts.resolve("models/test.npz"));
  }

  @AfterEach
  void unmount() {
    System.clearProperty("mc.claims");
  }

  @Test
  void inputsTellsDigestsAndComparesThem() throws IOException {
    String digest = Digests.of(model());
    var request =
        InputsRequest.of(
            Map.of(
                "model", new InputsRequest.File("pvc://models/net.onnx", digest),
                "evaluation", new InputsRequest.File("pvc://models/test.npz", null)));

    var found = request.answeredBy(execute(ExitCode.DONE, "inputs", request));

    assertThat(found.get("model"))
        .isEqualTo(new Artifact("model", "pvc://models/net.onnx", digest, Files.size(model())));
    assertThat(found)
        .extractingByKey("evaluation")
        .extracting(Artifact::digest)
        .isEqualTo(Digests.of(EXAMPLE.resolve("test.npz")));
  }

  @Test
  void inputsEndsWithWhatIsWrong() {
    var altered =
        InputsRequest.of(Map.of("model", new InputsRequest.File("pvc://models/net.onnx", OTHER)));
    assertThat(execute(ExitCode.BAD_INPUT, "inputs", altered).message())
        .isEqualTo(
            "model pvc://models/net.onnx: content has digest %s, expected %s",
            Digests.of(model()), OTHER);
    var missing =
        InputsRequest.of(Map.of("model", new InputsRequest.File("pvc://models/x.onnx", null)));
    assertThat(execute(ExitCode.BAD_INPUT, "inputs", missing).message()).contains("no such file");
    var noModel =
        InputsRequest.of(Map.of("model", new InputsRequest.File("pvc://models/test.npz", null)));
    assertThat(execute(ExitCode.BAD_INPUT, "inputs", noModel).message())
        .contains("not an ONNX model");
    assertThat(execute(ExitCode.BAD_REQUEST, "inputs", Map.of("version", "v1")).message())
        .startsWith("inputs request");
  }

  @Test
  void aStepPublishesInItsClaimAndIsDoneOnce() throws IOException {
    var request = request(Digests.of(model()));

    var first = execute(ExitCode.DONE, "step", request);

    Path published = mounts.resolve("models/steps/1");
    assertThat(first.outputsIn(OUTPUT))
        .containsExactly(
            Map.entry(
                "model",
                new Artifact(
                    "model",
                    OUTPUT + "/model.onnx",
                    Digests.of(published.resolve("model.onnx")),
                    Files.size(published.resolve("model.onnx")))));
    assertThat(first.report()).isEqualTo(Digests.of(published.resolve("report.json")));
    assertThat(first.metrics()).containsKey("sizeBytes");

    Files.delete(model());
    assertThat(execute(ExitCode.DONE, "step", request)).isEqualTo(first);
  }

  @Test
  void anAlteredInputIsNotRead() throws IOException {
    String digest = Digests.of(model());
    Files.writeString(model(), "altered");

    var message = execute(ExitCode.BAD_INPUT, "step", request(digest));

    assertThat(message.outputs()).isEmpty();
    assertThat(mounts.resolve("models/steps/1")).doesNotExist();
  }

  @Test
  void anotherModelThanTheOneAskedForIsToldWithBothDigests() {
    assertThat(execute(ExitCode.BAD_INPUT, "step", request(OTHER)).message())
        .contains("content has digest " + Digests.of(model()) + ", expected " + OTHER);
  }

  @Test
  void aWorkspaceThatCannotBeWrittenToIsTriedAgain() throws IOException {
    Files.createFile(mounts.resolve("models/steps"));

    assertThat(execute(ExitCode.TRY_AGAIN, "step", request(Digests.of(model()))).message())
        .contains("models/steps/1: cannot be written to");
  }

  @Test
  void aRequestThatIsNoneEndsWithAMessageToo() {
    assertThat(execute(ExitCode.BAD_REQUEST, "step", Map.of("version", "v1")).message())
        .startsWith("step request");
  }

  private Path model() {
    return mounts.resolve("models/net.onnx");
  }

  private TerminationMessage execute(ExitCode expected, String command, Object request) {
    return PodCommand.run(folder, expected, command, request);
  }

  private static StepRequest request(String digest) {
    return new StepRequest(
        StepRequest.VERSION,
        "r-1",
        1,
        1,
        Step.of("optimize", new OptimizeSettings()),
        Map.of(Artifact.MODEL, new Artifact(Artifact.MODEL, "pvc://models/net.onnx", digest, 1)),
        Map.of(),
        OUTPUT,
        7,
        null,
        2);
  }
}
