package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher as a container starts it: no home, nothing to write to but claims and scratch, the
 * request in the environment.
 */
class PodE2E {
  private static final int STOP_SECONDS = 30;

  @TempDir Path mounts;
  @TempDir Path scratch;
  @TempDir Path work;

  private Path claim;

  @BeforeEach
  void mount() throws IOException {
    claim = Files.createDirectory(mounts.resolve("models"));
    TinyInputs.model(claim.resolve("net.onnx"));
    TinyInputs.data(claim.resolve("train.npz"), 3000, 5);
  }

  @Test
  void aStepThatIsStoppedGoesOnFromItsCheckpointAndEndsWithTheSameModel() throws Exception {
    var training = ContractJson.read("{\"epochs\": 30}", FineTuneSettings.class, "settings");
    var stopped = start("stopped", request(training, "1"));
    while (stopped.isAlive() && !Files.exists(claim.resolve("steps/.1.checkpoint/checkpoint"))) {
      stopped.waitFor(20, TimeUnit.MILLISECONDS);
    }

    stopped.toHandle().destroy(); // SIGTERM; the process's own method would close its output too

    assertThat(stopped.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(Launcher.end(stopped).exit()).isEqualTo(ExitCode.TERMINATED.code());
    assertThat(claim.resolve("steps/1")).doesNotExist();
    assertThat(claim.resolve("steps/.1.checkpoint/checkpoint")).exists();

    var resumed = finish("resumed", start("resumed", request(training, "1")));
    assertThat(Files.readString(claim.resolve("steps/1/report.json")))
        .contains("resumed from a checkpoint");
    assertThat(digest(resumed))
        .isEqualTo(digest(finish("undisturbed", start("undisturbed", request(training, "2")))));
    assertThat(claim.resolve("steps"))
        .isDirectoryNotContaining(entry -> entry.getFileName().toString().startsWith("."));
  }

  @Test
  void twoPodsOfTheSameStepBothTellOfAWholeResult() throws Exception {
    var request = request(settings(), "1");
    var one = start("one", request);
    var other = start("other", request);

    var first = finish("one", one);
    var second = finish("other", other);

    assertThat(first.outputs()).isEqualTo(second.outputs()).isNotEmpty();
    assertThat(claim.resolve("steps"))
        .isDirectoryNotContaining(entry -> entry.getFileName().toString().startsWith("."));
    assertThat(finish("again", start("again", request)).outputs()).isEqualTo(first.outputs());
  }

  @Test
  void nothingIsWrittenButToClaimAndScratch() throws Exception {
    finish("pod", start("pod", request(settings(), "1")));

    assertThat(work).isEmptyDirectory();
    try (var left = Files.list(claim)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("net.onnx", "train.npz", "steps");
    }
    try (var left = Files.list(scratch)) {
      assertThat(left.filter(file -> !file.getFileName().toString().startsWith("hsperfdata")))
          .as("scratch space is given back, as in a container that is started again")
          .isEmpty();
    }
  }

  private Process start(String pod, StepRequest request) {
    var environment = new HashMap<String, String>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("MC_CACHE", natives().toString());
    environment.put("TMPDIR", scratch.toString());
    environment.put("MC_JAVA_OPTS", "-Dmc.claims=" + mounts);
    environment.put(StepRequest.VARIABLE, ContractJson.write(request));
    if (System.getenv("JAVA_HOME") != null) {
      environment.put("JAVA_HOME", System.getenv("JAVA_HOME"));
    }
    return Launcher.startContained(
        work, environment, "step", "--termination-log", log(pod).toString());
  }

  /** What every command here shares, so that libtorch is not unpacked for each test. */
  private static Path natives() {
    return Path.of(
        Objects.requireNonNullElse(
            System.getenv("MC_CACHE"),
            System.getProperty("user.home") + "/.cache/model-compression"));
  }

  private TerminationMessage finish(String pod, Process process) throws IOException {
    var ended = Launcher.end(process);
    assertThat(ended.exit()).as(ended.output()).isZero();
    return TerminationMessage.parse(Files.readString(log(pod)));
  }

  private Path log(String pod) {
    return mounts.resolve("log-" + pod);
  }

  private static String digest(TerminationMessage message) {
    return Objects.requireNonNull(message.outputs().get(Artifact.MODEL)).digest();
  }

  private static StepSettings settings() {
    return ContractJson.read("{}", OptimizeSettings.class, "settings");
  }

  private StepRequest request(StepSettings settings, String name) {
    var inputs = new StepInputs(claim);
    return new StepRequest(
        StepRequest.VERSION,
        "r-1",
        1,
        1,
        Step.of("work", settings),
        Map.of(
            Artifact.MODEL,
            inputs
                .modelArtifact(Artifact.MODEL, "net.onnx")
                .at(Artifact.MODEL, "pvc://models/net.onnx")),
        Map.of(
            Datasets.TRAINING,
            new DatasetInput(
                inputs
                    .dataArtifact(Datasets.TRAINING, "train.npz")
                    .at(Datasets.TRAINING, "pvc://models/train.npz"),
                null)),
        "pvc://models/steps/" + name,
        7,
        null,
        2);
  }
}
