package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run of a model whose weights lie in a file of their own. */
class ExternalDataRunTest {
  private static final String WEIGHTS = "tiny.onnx.data";

  @TempDir Path folder;

  @Test
  void theWeightsAreReadAndDecideWhatTheCacheGives() throws IOException {
    ModelInTwoFiles.write(TinyInputs.model(), folder.resolve("tiny.onnx"), WEIGHTS);
    TinyInputs.data(folder.resolve("test.npz"), 60, 1);
    Files.writeString(
        folder.resolve("demo.yaml"),
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: demo}
        spec:
          model: {uri: tiny.onnx}
          datasets:
            calibration: {uri: test.npz}
            evaluation: {uri: test.npz}
          steps:
          - {name: optimize, optimize: {}}
          - {name: quantize, quantize: {}}
          - {name: evaluate, evaluate: {latencyRuns: 10, bootstrapSamples: 200}}
          gates:
          - {metric: sizeBytes, maxRatio: 0.9}
        """);

    var first = run();
    assertThat(states(first)).containsExactly("Done", "Done", "Done");
    assertThat(first.at("/original/metrics/sizeBytes").asLong())
        .isEqualTo(Files.size(folder.resolve("tiny.onnx")) + Files.size(folder.resolve(WEIGHTS)));
    assertThat(states(run())).containsExactly("Cached", "Cached", "Cached");

    Files.write(folder.resolve(WEIGHTS), new byte[(int) Files.size(folder.resolve(WEIGHTS))]);
    var zeroed = run();

    assertThat(states(zeroed)).containsExactly("Done", "Done", "Done");
    assertThat(zeroed.at("/original/digest")).isNotEqualTo(first.at("/original/digest"));
    assertThat(zeroed.at("/result/digest")).isNotEqualTo(first.at("/result/digest"));
  }

  private JsonNode run() throws IOException {
    var ended =
        InProcess.mc(
            "run",
            "-f",
            folder.resolve("demo.yaml"),
            "--workspace",
            folder.resolve("ws"),
            "-o",
            "json");
    assertThat(ended.exit()).as(ended.err()).isZero();
    return new ObjectMapper().readTree(ended.out());
  }

  private static List<String> states(JsonNode report) {
    return report.path("stages").findValuesAsText("state");
  }
}
