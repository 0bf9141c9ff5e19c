package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The example as a user runs it: the built program, the real model and data, every step. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExampleE2E {
  private static final String YAML = Launcher.EXAMPLE.resolve("compression.yaml").toString();

  @TempDir static Path folder;

  @Test
  @Order(1)
  void theExampleKeepsItsGatesAndTheFiguresThatTheReadmeClaims() throws IOException {
    var ended = run();

    assertThat(ended.exit()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("Passed").contains("report.html");
    JsonNode report = report();
    assertThat(report.path("verdict").asText()).isEqualTo("Passed");
    assertThat(report.at("/ratios/sizeBytes").asDouble()).isBetween(0.01, 0.13);
    assertThat(report.at("/ratios/macs").asDouble()).isBetween(0.4, 0.6);
    assertThat(report.at("/differences/top1").asDouble()).isGreaterThanOrEqualTo(-0.005);
    assertThat(report.at("/original/metrics/top1").asDouble()).isEqualTo(0.9321);
    for (String metric :
        new String[] {
          "latencyP50Ms", "latencyP99Ms", "throughput", "parameters", "peakMemoryBytes"
        }) {
      assertThat(report.at("/original/metrics/" + metric).isNumber()).as(metric).isTrue();
      assertThat(report.at("/result/metrics/" + metric).isNumber()).as(metric).isTrue();
    }
    report
        .at("/details/quantizedLayers")
        .forEach(
            layer ->
                assertThat(layer.path("integerArithmetic").asBoolean())
                    .as(layer.toString())
                    .isTrue());
    assertThat(report.at("/details/quantizedLayers")).isNotEmpty();
    assertThat(Files.readString(folder.resolve("ws/report.html"))).contains("fashion-resnet");
    assertThat(folder.resolve("ws/model.onnx")).exists();
  }

  @Test
  @Order(2)
  void theSecondRunTakesEveryStepFromTheCache() throws IOException {
    String digest = report().at("/result/digest").asText();

    var ended = run();

    assertThat(ended.exit()).isZero();
    assertThat(ended.output()).doesNotContain(": done in");
    report()
        .at("/stages")
        .forEach(stage -> assertThat(stage.path("state").asText()).isEqualTo("Cached"));
    assertThat(report().at("/result/digest").asText()).isEqualTo(digest);
  }

  @Test
  @Order(3)
  void anImpossibleGateEndsWithThreeAndSaysWhichByHowMuch() {
    var ended = run("--set", "spec.gates[2].maxRatio=0.01");

    assertThat(ended.exit()).isEqualTo(3);
    assertThat(ended.output()).contains("File size").contains("at most 0.010").contains("too much");
  }

  @Test
  @Order(4)
  void changingOneStepRerunsFromThere() throws IOException {
    var ended = run("--set", "spec.steps[quantize].quantize.calibrator=MinMax");

    assertThat(ended.exit()).as(ended.output()).isZero();
    for (JsonNode stage : report().at("/stages")) {
      boolean after = stage.path("name").asText().matches("quantize|evaluate");
      assertThat(stage.path("state").asText())
          .as(stage.path("name").asText())
          .isEqualTo(after ? "Done" : "Cached");
    }
  }

  private static Launcher.Ended run(String... more) {
    var arguments =
        new java.util.ArrayList<>(java.util.List.of("run", "-f", YAML, "--workspace", "ws"));
    arguments.addAll(java.util.List.of(more));
    return Launcher.mc(folder, arguments.toArray(String[]::new));
  }

  private static JsonNode report() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("ws/report.json").toFile());
  }
}
