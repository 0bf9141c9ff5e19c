package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.FetchRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model server finds, and what Kubernetes is told. */
class FetchCommandTest {
  private static final Path EXAMPLE = Path.of("../../examples/fashion-mnist/resnet8.onnx");
  private static final String OTHER = "sha256:" + "0".repeat(64);

  @TempDir Path folder;

  private Path source;
  private Path target;

  @BeforeEach
  void paths() {
    source = folder.resolve("source/net.onnx");
    target = folder.resolve("models/net/1/model.onnx");
  }

  @Test
  void putsTheModelUnderTheNameThatIsAskedFor() throws IOException {
    copyExample();
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-------"));
    String digest = Digests.of(EXAMPLE);

    var message = fetch(ExitCode.DONE, digest);

    assertThat(Digests.of(target)).isEqualTo(digest);
    assertThat(Files.getPosixFilePermissions(target))
        .as("the server is another user")
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(message.outputs())
        .containsEntry("model", new Artifact("model", "model", digest, Files.size(EXAMPLE)));
    assertThat(folder.resolve("models/net")).isDirectoryContaining("glob:**/1");
  }

  @Test
  void bringsExternalDataAlong() throws IOException {
    Files.createDirectories(source.resolveSibling(""));
    ModelInTwoFiles.write(TinyInputs.model(), source, "weights/net.data");
    String digest = digestOf(source);

    fetch(ExitCode.DONE, digest);

    assertThat(target.resolveSibling("weights/net.data"))
        .hasSameBinaryContentAs(source.resolveSibling("weights/net.data"));
    assertThat(digestOf(target)).isEqualTo(digest).isNotEqualTo(Digests.of(source));
  }

  @Test
  void isDoneOnceAndChecksAgainWhatIsThere() throws IOException {
    copyExample();
    String digest = Digests.of(EXAMPLE);
    fetch(ExitCode.DONE, digest);
    Files.delete(source);

    assertThat(fetch(ExitCode.DONE, digest).message()).contains("is there already");

    Files.copy(EXAMPLE.resolveSibling("test.npz"), source);
    Files.delete(target);
    ModelInTwoFiles.write(TinyInputs.model(), target, "net.data");
    assertThat(fetch(ExitCode.BAD_INPUT, digest).message()).contains("expected " + digest);
  }

  @Test
  void anotherModelLeavesNothing() throws IOException {
    copyExample();

    assertThat(fetch(ExitCode.BAD_INPUT, OTHER).message())
        .isEqualTo(
            "model %s: content has digest %s, expected %s",
            source.toUri(), Digests.of(EXAMPLE), OTHER);
    assertThat(target.resolveSibling("").resolveSibling("")).isEmptyDirectory();
  }

  @Test
  void beginsAnewAfterItWasKilled() throws IOException {
    copyExample();
    Path part = Files.createDirectories(target.resolveSibling("").resolveSibling(".1.part"));
    Files.writeString(part.resolve("model.onnx"), "half");

    fetch(ExitCode.DONE, Digests.of(EXAMPLE));

    assertThat(Digests.of(target)).isEqualTo(Digests.of(EXAMPLE));
    assertThat(part).doesNotExist();
  }

  @Test
  void whatTheModelNamesIsNotFollowedElsewhere() throws IOException {
    Files.createDirectories(source.resolveSibling(""));
    ModelInTwoFiles.write(TinyInputs.model(), source, "net.data");
    Path secret = Files.move(source.resolveSibling("net.data"), folder.resolve("secret"));
    Files.createSymbolicLink(source.resolveSibling("net.data"), secret);

    assertThat(fetch(ExitCode.BAD_INPUT, OTHER).message()).contains("is a symbolic link");
    assertThat(target.resolveSibling("").resolveSibling("")).isEmptyDirectory();
  }

  private void copyExample() throws IOException {
    Files.createDirectories(source.resolveSibling(""));
    Files.copy(EXAMPLE, source);
  }

  private TerminationMessage fetch(ExitCode expected, String digest) {
    return PodCommand.run(
        folder,
        expected,
        "fetch",
        FetchRequest.of(source.toUri().toString(), digest, target.toString()));
  }

  private static String digestOf(Path model) {
    return new StepInputs(model.resolveSibling(""))
        .modelArtifact("model", model.toString())
        .digest();
  }
}
