package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.FineTuneSettings.Distillation;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The golden files are the contract: other programs write and read exactly these. */
class ContractJsonTest {
  private static final Path GOLDEN = Path.of("src/test/resources/contract");
  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  @Test
  void requestIsTheGoldenFile() throws IOException {
    assertGolden("request.json", request());
    assertThat(ContractJson.readRequest(golden("request.json"))).isEqualTo(request());
  }

  @Test
  void reportIsTheGoldenFile() throws IOException {
    assertGolden("report.json", report());
    assertThat(ContractJson.readReport(golden("report.json"))).isEqualTo(report());
  }

  @Test
  void terminationMessageIsTheGoldenFile() throws IOException {
    TerminationMessage message = TerminationMessage.of(report(), DIGEST);
    assertThat(message.toJson()).isEqualTo(golden("termination.json").strip());
    assertThat(TerminationMessage.parse(golden("termination.json"))).isEqualTo(message);
  }

  @Test
  void inputsRequestIsTheGoldenFile() throws IOException {
    var request =
        InputsRequest.of(
            Map.of(
                "model", new InputsRequest.File("pvc://models/resnet8.onnx", DIGEST),
                "training",
                    new InputsRequest.File("file:///opt/examples/fashion-mnist/train.npz", null),
                "evaluation", new InputsRequest.File("s3://data/fashion/test.npz", null)));
    assertGolden("inputs-request.json", request);
    assertThat(ContractJson.readInputsRequest(golden("inputs-request.json"))).isEqualTo(request);
  }

  @Test
  void everyGoldenFileIsUsed() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "request.json", "report.json", "termination.json", "inputs-request.json");
    }
  }

  @Test
  void settingsThatAreLeftOutHaveTheirDefaults() throws IOException {
    String json =
        golden("request.json")
            .replaceFirst("(?s)\"fineTune\" : \\{.*?\\n    }\\n", "\"fineTune\" : {}");
    FineTuneSettings settings = (FineTuneSettings) ContractJson.readRequest(json).step().settings();
    assertThat(settings.epochs()).isEqualTo(3);
    assertThat(settings.optimizer()).isEqualTo(FineTuneSettings.Optimizer.SGD);
  }

  @Test
  void refusesWhatIsNotExactlyARequest() throws IOException {
    String json = golden("request.json");
    assertRefused(json.replace("\"threads\"", "\"sed\" : 1, \"threads\""), "sed");
    assertRefused(json.replace("\"seed\" : 7,", ""), "seed");
    assertRefused(json.replace("\"seed\" : 7", "\"seed\" : \"7\""), "seed");
    assertRefused(json.replace("\"seed\" : 7", "\"seed\" : 7.5"), "seed");
    assertRefused(json.replace("\"seed\" : 7", "\"seed\" : null"), "seed");
    assertRefused(json.replace("\"seed\" : 7", "\"seed\" : 7, \"seed\" : 8"), "seed");
    assertRefused(json.replace("\"runId\" : \"r-1\"", "\"runId\" : null"), "runId");
    assertRefused(
        json.replace("\"epochs\" : 2", "\"epoch\" : 2"),
        "step.fineTune.epoch: unknown field 'epoch'; known: augmentation, batchSize, ");
    assertRefused(json.replace("\"SGD\"", "\"Sgd\""), "step.fineTune.optimizer");
    assertRefused(json.replace("\"v1\"", "\"v2\""), "version is 'v2', this program speaks 'v1'");
    assertRefused(json.replace(DIGEST, "sha256:12"), "inputs.model");
    assertRefused(json + "{}", "step request");
    assertRefused(json.substring(0, json.lastIndexOf('}')), "line: ");
    assertRefused("null", "is null");
    assertRefused("", "step request");
    assertRefused("[".repeat(10_000), "step request");
  }

  @Test
  void aReportHoldsNoNumberThatIsNotFinite() {
    StepReport report =
        StepReport.of(
            request(),
            ExitCode.DONE,
            "done",
            Map.of(),
            Map.of("a", Double.NaN, "b", 1.0, "c", Double.POSITIVE_INFINITY),
            JsonNodeFactory.instance.objectNode(),
            report().lineage());
    assertThat(report.metrics()).containsExactly(Map.entry("b", 1.0));
  }

  @Test
  void exitCodesAreThoseOfTheContract() {
    assertThat(Stream.of(ExitCode.values()).map(ExitCode::code))
        .containsExactly(0, 3, 64, 65, 69, 70, 75, 130, 137, 143);
    assertThat(Stream.of(ExitCode.values()).filter(ExitCode::retryable))
        .containsExactly(
            ExitCode.TRY_AGAIN, ExitCode.INTERRUPTED, ExitCode.KILLED, ExitCode.TERMINATED);
  }

  private static void assertRefused(String json, String expected) {
    assertThatThrownBy(() -> ContractJson.readRequest(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("step request")
        .hasMessageNotContainingAny("dev.modelcompression", "java.", "Source", "ignorable")
        .hasMessageContaining(expected);
  }

  private static void assertGolden(String name, Object value) throws IOException {
    assertThat(ContractJson.write(value)).isEqualTo(golden(name));
  }

  private static String golden(String name) throws IOException {
    return Files.readString(GOLDEN.resolve(name), StandardCharsets.UTF_8);
  }

  private static StepRequest request() {
    FineTuneSettings settings =
        ContractJson.read("{\"epochs\": 2}", FineTuneSettings.class, "settings");
    return new StepRequest(
        "v1",
        "r-1",
        1,
        2,
        Step.of(
            "fine-tune",
            new FineTuneSettings(
                settings.epochs(),
                settings.batchSize(),
                settings.learningRate(),
                settings.optimizer(),
                settings.momentum(),
                settings.weightDecay(),
                settings.schedule(),
                settings.warmupEpochs(),
                settings.labelSmoothing(),
                settings.validationSplit(),
                settings.earlyStoppingPatience(),
                List.of(FineTuneSettings.Augmentation.HORIZONTAL_FLIP),
                new Distillation(2.0, 0.7))),
        Map.of(
            "original", new Artifact("original", "file:///models/net.onnx", DIGEST, 312),
            "model", new Artifact("model", "file:///store/prune/model.onnx", DIGEST, 154)),
        Map.of(
            "training",
            new DatasetInput(new Artifact("training", "file:///data/train.npz", DIGEST, 9), 512)),
        "file:///store/out",
        7,
        Instant.parse("2026-11-22T12:00:00Z"),
        2);
  }

  private static StepReport report() {
    return new StepReport(
        "v1",
        "fine-tune",
        StepType.FINE_TUNE,
        ExitCode.DONE,
        "2 epochs, validation top-1 0.9120",
        Map.of("model", new Artifact("model", "file:///store/prune/model.onnx", DIGEST, 154)),
        Map.of("model", new Artifact("model", "model.onnx", DIGEST, 154)),
        Map.of("validation.top1", 0.912, "epochs", 2.0),
        JsonNodeFactory.instance.objectNode().put("bestEpoch", 2),
        new StepReport.Lineage(
            "0.1.0", 7, request().step(), Instant.parse("2026-11-22T11:58:00Z"), 61.5));
  }
}
