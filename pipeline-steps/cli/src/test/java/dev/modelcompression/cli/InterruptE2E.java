package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C: a command ends in order, leaves nothing lying about, and what can go on goes on. */
class InterruptE2E {
  private static final String EPOCHS = "30";

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    TinyInputs.model(folder.resolve("tiny.onnx"));
    TinyInputs.data(folder.resolve("train.npz"), 600, 1);
    Files.createDirectory(folder.resolve("tmp"));
  }

  @Test
  void aRunKeepsItsStepsAndTheNextOneGoesOn() throws Exception {
    Files.writeString(
        folder.resolve("demo.yaml"),
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: demo}
        spec:
          model: {uri: tiny.onnx}
          datasets: {training: {uri: train.npz}}
          steps:
          - {name: optimize, optimize: {}}
          - {name: fine-tune, fineTune: {epochs: %s}}
        """
            .formatted(EPOCHS));
    var run = new String[] {"run", "-f", "demo.yaml", "--workspace", "ws"};

    var stopped = interrupted(() -> someFile("ws/staging", "checkpoint/checkpoint"), run);

    assertThat(stopped.exit()).as(stopped.output()).isEqualTo(130);
    assertThat(stopped.output())
        .contains("mc: stopped; 1 finished steps are kept, run the same again to continue")
        .doesNotContain("Exception");
    assertThat(folder.resolve("ws/report.json")).doesNotExist();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();

    var next = mc(run);

    assertThat(next.exit()).as(next.output()).isZero();
    assertThat(next.output()).contains("step 1/2 optimize: cached");
    assertThat(Files.readString(folder.resolve("ws/report.json")))
        .contains("resumed from a checkpoint");
  }

  @Test
  void aFineTuneAloneGoesOnAndEndsWithTheSameBytes() throws Exception {
    var undisturbed = mc(fineTune("undisturbed.onnx"));
    assertThat(undisturbed.exit()).as(undisturbed.output()).isZero();
    Path checkpoint = folder.resolve("out.onnx.checkpoint");

    var stopped =
        interrupted(() -> Files.exists(checkpoint.resolve("checkpoint")), fineTune("out.onnx"));

    assertThat(stopped.exit()).as(stopped.output()).isEqualTo(130);
    assertThat(stopped.output())
        .contains("mc: stopped; the same command goes on from out.onnx.checkpoint")
        .doesNotContain("Exception");
    assertThat(folder.resolve("out.onnx")).doesNotExist();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();

    var resumed = mc(fineTune("out.onnx"));

    assertThat(resumed.exit()).as(resumed.output()).isZero();
    assertThat(resumed.output()).contains("resumed from a checkpoint");
    assertThat(folder.resolve("out.onnx"))
        .hasSameBinaryContentAs(folder.resolve("undisturbed.onnx"));
    assertThat(checkpoint).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "prune tiny.onnx -o out.onnx --train train.npz --importance Taylor --samples 100000",
    "quantize tiny.onnx -o out.onnx --data train.npz",
    "evaluate tiny.onnx --baseline tiny.onnx --data train.npz --latency-runs 100000"
  })
  void anyOtherStepLeavesNothing(String command) throws Exception {
    var before = files();

    var stopped = interrupted(() -> someFile("tmp", "mc-"), command.split(" ", -1));

    assertThat(stopped.exit()).as(stopped.output()).isEqualTo(130);
    assertThat(stopped.output()).contains("mc: stopped").doesNotContain("Exception");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
    assertThat(files()).isEqualTo(before);
  }

  private static String[] fineTune(String out) {
    return new String[] {
      "fine-tune", "tiny.onnx", "--train", "train.npz", "-o", out, "--epochs", EPOCHS
    };
  }

  /** Runs a command and sends it SIGINT as soon as something is so. */
  private Launcher.Ended interrupted(BooleanSupplier ready, String... command) throws Exception {
    var process = Launcher.start(folder, environment(), command);
    while (process.isAlive() && !ready.getAsBoolean()) {
      process.waitFor(10, TimeUnit.MILLISECONDS);
    }
    Launcher.signal("INT", process);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Launcher.Ended(process.waitFor(), output);
  }

  private Launcher.Ended mc(String... command) {
    return Launcher.mc(folder, environment(), command);
  }

  /** Temporary files where this test can see them. */
  private Map<String, String> environment() {
    return Map.of("MC_JAVA_OPTS", "-Djava.io.tmpdir=" + folder.resolve("tmp"));
  }

  private boolean someFile(String below, String part) {
    Path root = folder.resolve(below);
    if (!Files.exists(root)) {
      return false;
    }
    try (var files = Files.walk(root)) {
      return files.anyMatch(file -> root.relativize(file).toString().contains(part));
    } catch (IOException | UncheckedIOException e) {
      return false; // a file went while the folder was walked
    }
  }

  private List<String> files() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.map(Path::toString).sorted().toList();
    }
  }
}
