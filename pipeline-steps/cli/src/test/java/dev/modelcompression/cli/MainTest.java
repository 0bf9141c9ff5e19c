package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

class MainTest {
  private static final String MODEL =
      Path.of("../../examples/fashion-mnist/resnet8.onnx").toAbsolutePath().normalize().toString();

  @TempDir Path folder;

  /** A command that ends with an error of the machine. */
  @Command(name = "fail")
  private record Failing(Error error) implements Callable<Integer> {
    @Override
    public Integer call() {
      throw error;
    }
  }

  @Test
  void anErrorOfTheMachineIsOneMessageAndItsExitCode() {
    assertEnds(
        137,
        "mc: out of memory: Java heap space; give the process more memory, or set MC_JAVA_OPTS=-Xmx4g",
        new OutOfMemoryError("Java heap space"));
    assertEnds(70, "mc: internal error, please report it: StackOverflow", new StackOverflowError());
    assertEnds(
        70,
        "mc: internal error, please report it: UnsatisfiedLinkError: no onnxruntime",
        new UnsatisfiedLinkError("no onnxruntime"));
  }

  @Test
  void aModelGoesToAFileInAFolderThatIsThere() {
    assertEnds(
        64,
        "mc: --out: /nonexist/o.onnx cannot be written: there is no folder /nonexist",
        "optimize",
        "missing.onnx",
        "-o",
        "/nonexist/o.onnx");
    assertEnds(
        64,
        "mc: --out: " + folder + " is a folder, expected the name of a file to write",
        "optimize",
        MODEL,
        "-o",
        folder.toString());
  }

  @Test
  void validateTakesBothKinds() {
    Path files = Path.of("../../crds/src/test/resources");
    assertThat(InProcess.mc("validate", "-f", files.resolve("releases/valid-everything.yaml")))
        .isEqualTo(new InProcess.Ended(0, "net: valid; 3 weights, 4 metrics\n", ""));
    assertThat(InProcess.mc("validate", "-f", files.resolve("manifests/valid-release.yaml")).out())
        .isEqualTo("net: valid; 2 steps, 0 gates\n");
    InProcess.Ended refused =
        InProcess.mc("validate", "-f", files.resolve("releases/invalid-weights-end.yaml"));
    assertThat(refused.exit()).isEqualTo(64);
    assertThat(refused.err()).contains("spec.traffic.weights: the last weight is 50, expected 100");
  }

  @Test
  void aWorkspaceIsNoFile() throws IOException {
    Path manifest =
        Files.writeString(
            folder.resolve("demo.yaml"),
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: demo}
            spec:
              model: {uri: missing.onnx}
              steps:
              - name: optimize
                optimize: {}
            """);
    Path file = Files.writeString(folder.resolve("notes"), "dear");

    for (Path workspace : new Path[] {file, file.resolve("below")}) {
      assertEnds(
          64,
          "mc: workspace: " + file + " is a file, expected a folder; name another one",
          "run",
          "-f",
          manifest.toString(),
          "--workspace",
          workspace.toString());
    }
    assertThat(file).hasContent("dear");
  }

  @Test
  void aWorkspaceThatCannotBeMadeIsNotTheModelsFault() throws IOException {
    TinyInputs.model(folder.resolve("tiny.onnx"));
    Path manifest =
        Files.writeString(
            folder.resolve("tiny.yaml"),
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: demo}
            spec:
              model: {uri: tiny.onnx}
              steps:
              - name: optimize
                optimize: {}
            """);

    assertEnds(
        75,
        "mc: workspace /proc/none cannot be made: /proc/none: no such file or folder; make sure",
        "run",
        "-f",
        manifest.toString(),
        "--workspace",
        "/proc/none");
  }

  @Test
  void aFolderIsNoModel() {
    assertEnds(
        65,
        "mc: " + folder + ": is a folder, expected an .onnx or .npz file",
        "analyze",
        folder.toString());
  }

  private static void assertEnds(int exit, String message, Error error) {
    var line = Main.commandLine().addSubcommand(new Failing(error));
    assertEnds(exit, message, line, "fail");
  }

  private static void assertEnds(int exit, String message, String... command) {
    assertEnds(exit, message, Main.commandLine(), command);
  }

  private static void assertEnds(
      int exit, String message, picocli.CommandLine line, String... command) {
    var text = new StringWriter();
    line.setErr(new PrintWriter(text, true));

    assertThat(line.execute(command)).as(text.toString()).isEqualTo(exit);
    assertThat(text.toString()).startsWith(message).hasLineCount(1);
  }
}
