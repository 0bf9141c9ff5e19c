package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.AnalyzeSettings;
import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.EvaluateSettings;
import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mc step} as a pod runs it: a process, its exit code and its termination message. */
class StepContractE2E {
  @TempDir Path folder;

  private Path log;

  @BeforeEach
  void write() throws IOException {
    TinyInputs.model(folder.resolve("tiny.onnx"));
    log = folder.resolve("termination-log");
  }

  @Test
  void aRequestIsReadFromTheEnvironmentOrAFileAndAnsweredOnce() throws IOException {
    String request = ContractJson.write(optimize(artifact("tiny.onnx")));

    var first = mc(Map.of("MC_STEP_REQUEST", request));

    assertThat(first.exit()).as(first.output()).isZero();
    var message = message();
    assertThat(message.exit()).isEqualTo(ExitCode.DONE);
    assertThat(message.report()).isEqualTo(Digests.of(folder.resolve("out/report.json")));
    var report = ContractJson.readReport(Files.readString(folder.resolve("out/report.json")));
    assertThat(Digests.of(folder.resolve("out/model.onnx")))
        .isEqualTo(report.model().orElseThrow().digest());

    Files.delete(log);
    Files.writeString(folder.resolve("request.json"), request);
    var second = mc(Map.of(), "--request", "request.json");

    assertThat(second.exit()).as(second.output()).isZero();
    assertThat(second.output()).contains("step optimize: done before");
    assertThat(message()).isEqualTo(message);
  }

  @Test
  void aFailureIsToldInAMessageThatTheKubeletKeepsWhole() throws IOException {
    String missing = "/models/" + "ü".repeat(100).concat("/").repeat(12) + "m.onnx";
    var request = optimize(new Artifact(Artifact.MODEL, missing, "sha256:" + "0".repeat(64), 1));

    var ended = mc(Map.of("MC_STEP_REQUEST", ContractJson.write(request)));

    assertThat(ended.exit()).as(ended.output()).isEqualTo(65);
    assertThat(ended.output()).doesNotContain("\tat ");
    assertThat(message().exit()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(message().report()).isNull();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aHeapThatIsTooSmallIsOneMessage() throws IOException {
    int samples = 200_000;
    TinyInputs.npz(
        folder.resolve("large.npz"),
        new long[] {samples, 1, 8, 8},
        new float[samples * 64],
        new long[samples]);
    var data = artifact("large.npz");
    var request =
        request(
            Step.of("analyze", ContractJson.read("{}", AnalyzeSettings.class, "settings")),
            artifact("tiny.onnx"),
            Map.of(Datasets.CALIBRATION, new DatasetInput(data, null)));
    var small = Map.of("MC_JAVA_OPTS", "-Xmx40m");

    var alone = Launcher.mc(folder, small, "analyze", "tiny.onnx", "--data", "large.npz");
    var step = mc(with(small, "MC_STEP_REQUEST", ContractJson.write(request)));

    for (var ended : new Launcher.Ended[] {alone, step}) {
      assertThat(ended.exit()).as(ended.output()).isEqualTo(137);
      assertThat(ended.output())
          .contains("out of memory: Java heap space; ")
          .doesNotContain("\tat ", "Exception");
    }
    assertThat(alone.output()).contains("give the process more memory, or set MC_JAVA_OPTS");
    assertThat(step.output()).contains("raise resources.limits.memory of the step");
    assertThat(message().exit()).isEqualTo(ExitCode.KILLED);
    assertThat(message().message())
        .isEqualTo("out of memory: Java heap space; raise resources.limits.memory of the step");
  }

  @Test
  void sigtermStopsTheStepAndTheMessageBlamesNobody() throws Exception {
    TinyInputs.data(folder.resolve("test.npz"), 60, 1);
    var model = artifact("tiny.onnx");
    var request =
        new StepRequest(
            StepRequest.VERSION,
            "r",
            1,
            1,
            Step.of(
                "evaluate",
                ContractJson.read("{\"latencyRuns\": 100000}", EvaluateSettings.class, "settings")),
            Map.of(Artifact.MODEL, model, Artifact.ORIGINAL, model),
            Map.of(Datasets.EVALUATION, new DatasetInput(artifact("test.npz"), null)),
            folder.resolve("out").toUri().toString(),
            0,
            null,
            1);
    var process =
        Launcher.start(
            folder,
            Map.of("MC_STEP_REQUEST", ContractJson.write(request)),
            "step",
            "--termination-log",
            log.toString());
    while (process.isAlive() && !isStaged()) {
      process.waitFor(10, TimeUnit.MILLISECONDS);
    }

    Launcher.signal("TERM", process);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isEqualTo(143);
    assertThat(message().exit()).isEqualTo(ExitCode.TERMINATED);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /** Whether the step has begun. */
  private boolean isStaged() throws IOException {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(".out.part-"));
    }
  }

  private Launcher.Ended mc(Map<String, String> environment, String... more) {
    var command = new String[more.length + 3];
    command[0] = "step";
    command[1] = "--termination-log";
    command[2] = log.toString();
    System.arraycopy(more, 0, command, 3, more.length);
    return Launcher.mc(folder, environment, command);
  }

  private TerminationMessage message() throws IOException {
    assertThat(Files.size(log)).isLessThanOrEqualTo(4096);
    return TerminationMessage.parse(Files.readString(log));
  }

  private static Map<String, String> with(Map<String, String> map, String name, String value) {
    var larger = new HashMap<>(map);
    larger.put(name, value);
    return larger;
  }

  private StepRequest optimize(Artifact model) {
    return request(Step.of("optimize", new OptimizeSettings()), model, Map.of());
  }

  private StepRequest request(Step step, Artifact model, Map<String, DatasetInput> data) {
    return new StepRequest(
        StepRequest.VERSION,
        "r",
        1,
        1,
        step,
        Map.of(Artifact.MODEL, model),
        data,
        folder.resolve("out").toUri().toString(),
        0,
        null,
        1);
  }

  private Artifact artifact(String name) throws IOException {
    Path file = folder.resolve(name);
    return new Artifact(name, file.toUri().toString(), Digests.of(file), Files.size(file));
  }
}
