package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixedBatchRunTest {
  @TempDir Path folder;

  @Test
  void theReportTellsTheBatchThatLatencyWasMeasuredWith() throws IOException {
    var model = TinyInputs.model();
    model.graph().setInput(0, model.graph().inputs().get(0).withShape(4, 1, 8, 8));
    Files.write(folder.resolve("four.onnx"), OnnxWriter.toBytes(model));
    TinyInputs.data(folder.resolve("test.npz"), 20, 1);
    Files.writeString(
        folder.resolve("demo.yaml"),
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: demo}
        spec:
          model: {uri: four.onnx}
          datasets:
            evaluation: {uri: test.npz}
          steps:
          - {name: optimize, optimize: {}}
          - {name: evaluate, evaluate: {latencyRuns: 10, bootstrapSamples: 200}}
        """);

    var ended =
        InProcess.mc(
            "run", "-f", folder.resolve("demo.yaml"), "-w", folder.resolve("ws"), "-o", "json");

    assertThat(ended.exit()).as(ended.err()).isZero();
    var report = new ObjectMapper().readTree(ended.out());
    assertThat(report.at("/lineage/method/batchSize").asInt()).isEqualTo(4);
    // 9 · 32 and 9 · 32 · 32 for each of 8 · 8 pixels, and 32 · 3: of one image, not of four.
    assertThat(report.at("/original/metrics/macs").asLong()).isEqualTo(608_256 + 96);
  }
}
