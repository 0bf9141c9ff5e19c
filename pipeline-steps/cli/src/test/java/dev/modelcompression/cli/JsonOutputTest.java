package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs get from a step's command: exactly one step report, with the fields of the docs.
 */
class JsonOutputTest {
  @TempDir static Path folder;

  private static Path model = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void write() throws IOException {
    model = TinyInputs.model(folder.resolve("tiny.onnx"));
    data = TinyInputs.data(folder.resolve("data.npz"), 60, 1);
  }

  @Test
  void analyze() throws IOException {
    var report = report("analyze", model, "--data", data, "-o", "json");

    assertThat(report.metrics()).containsKeys("parameters", "macs", "sizeBytes", "sparsity");
    assertThat(report.inputs().values()).extracting(Artifact::digest).contains(Digests.of(model));
    JsonNode conv2 = null;
    for (JsonNode node : report.details().path("bottlenecks")) {
      conv2 = node.path("node").asText().equals("conv2") ? node : conv2;
    }
    assertThat(conv2).isNotNull();
    // 32 · 32 · 3 · 3 weights at each of 8 · 8 places.
    assertThat(conv2.path("parameters").asLong()).isEqualTo(9216);
    assertThat(conv2.path("macs").asDouble()).isEqualTo(589_824);
    assertThat(conv2.path("micros").asDouble()).isPositive();
    assertThat(report.details().at("/facts/operators/Conv").asInt()).isEqualTo(2);
  }

  @Test
  void quantize() throws IOException {
    Path out = folder.resolve("int8.onnx");

    var report = report("quantize", model, "--data", data, "-o", out, "--output", "json");

    var layers = report.details().path("quantizedLayers");
    assertThat(layers.findValuesAsText("layer")).contains("conv1", "conv2", "gemm");
    layers.forEach(
        layer ->
            assertThat(layer.path("integerArithmetic").asBoolean()).as(layer.toString()).isTrue());
    assertThat(report.metrics().get("sizeBytes")).isEqualTo((double) Files.size(out));
    assertThat(report.model().orElseThrow().digest()).isEqualTo(Digests.of(out));
  }

  @Test
  void evaluate() throws IOException {
    var report =
        report(
            "evaluate",
            model,
            "--baseline",
            model,
            "--data",
            data,
            "--latency-runs",
            10,
            "--bootstrap-samples",
            200,
            "-o",
            "json");

    for (String side : new String[] {"original.", "result."}) {
      for (String metric :
          new String[] {
            "top1",
            "latencyP50Ms",
            "latencyP99Ms",
            "throughput",
            "sizeBytes",
            "parameters",
            "macs",
            "peakMemoryBytes"
          }) {
        assertThat(report.metrics()).containsKey(side + metric);
      }
    }
    assertThat(report.details().at("/evaluation/comparison/agreement/value").asDouble())
        .isEqualTo(1);
    assertThat(report.details().at("/evaluation/classes")).hasSize(TinyInputs.CLASSES);
  }

  private static StepReport report(Object... command) throws IOException {
    var ended = InProcess.mc(command);
    assertThat(ended.exit()).as(ended.err()).isZero();
    assertThat(new ObjectMapper().readTree(ended.out()).path("exit").asInt()).isZero();
    var report = ContractJson.readReport(ended.out());
    assertThat(report.exit()).isEqualTo(ExitCode.DONE);
    return report;
  }
}
