package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJsonTest {
  @TempDir private Path folder;

  @Test
  void holdsWhatScriptsReadAtItsDocumentedPaths() throws IOException {
    JsonNode json = json(SampleReport.passed());

    assertThat(json.at("/verdict").asText()).isEqualTo("Passed");
    assertThat(json.at("/gates/0/metric").asText()).isEqualTo("top1");
    assertThat(json.at("/gates/0/kind").asText()).isEqualTo("maxDrop");
    assertThat(json.at("/gates/0/limit").asDouble()).isEqualTo(0.005);
    assertThat(json.at("/gates/0/value").asDouble()).isEqualTo(0.0031);
    assertThat(json.at("/gates/0/passed").asBoolean()).isTrue();
    for (String side : List.of("/original", "/result")) {
      for (Metric metric : Metric.values()) {
        if (metric != Metric.AGREEMENT) {
          assertThat(json.at(side + "/metrics/" + metric.key()).isNumber())
              .as("%s %s", side, metric)
              .isTrue();
        }
      }
    }
    // Relative tolerance of the 12 digits that are written.
    assertThat(json.at("/ratios/sizeBytes").asDouble())
        .isCloseTo(140288d / 1244712d, within(1e-12));
    assertThat(json.at("/ratios/latencyP50").asDouble()).isCloseTo(0.11284 / 0.4217, within(1e-12));
    assertThat(json.at("/ratios/macs").asDouble())
        .isCloseTo(17_622_016d / 37_494_784d, within(1e-12));
    assertThat(json.at("/differences/top1").asDouble()).isEqualTo(-0.0031);
    assertThat(json.at("/stages")).hasSize(9);
    assertThat(json.at("/lineage/seed").asLong()).isEqualTo(7);
    assertThat(json.at("/lineage/finished").asText()).isEqualTo("2026-11-22T08:06:12Z");
  }

  @Test
  void unknownNumbersAreAbsentAndWholeNumbersAreWhole() throws IOException {
    String text = ReportJson.render(SampleReport.failed("x"));
    JsonNode json = new ObjectMapper().readTree(text);

    assertThat(text).doesNotContain("NaN", "Infinity", "null", "notMeasured");
    assertThat(json.at("/gates/2").has("value")).isFalse();
    assertThat(json.at("/details/quantizedLayers/6").has("sqnrDb")).isFalse();
    assertThat(text).contains("\"sizeBytes\" : 1244712,");
  }

  @Test
  void aRunWithoutResultHasNone() throws IOException {
    JsonNode json = json(SampleReport.incomplete());

    assertThat(json.at("/verdict").asText()).isEqualTo("Incomplete");
    assertThat(json.has("result")).isFalse();
    assertThat(json.at("/ratios")).isEmpty();
    assertThat(json.at("/summary").asText())
        .isEqualTo(
            "The run stopped at step fine-tune, so there is no result to judge. The loss became NaN"
                + " in epoch 1; lower learningRate (0.01).");
  }

  @Test
  void writtenAndReadAgainIsTheSameText() throws IOException {
    Path file = folder.resolve("report.json");
    ReportJson.write(SampleReport.passed(), file);

    assertThat(ReportJson.render(ReportJson.read(file))).isEqualTo(Files.readString(file));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void theFileIsTheGoldenOne() throws IOException {
    Golden.assertMatches(
        Path.of("src/test/resources/report/report.json"), ReportJson.render(SampleReport.passed()));
  }

  @Test
  void theResultIsToldByTheStagesOfTheChosenTrial() {
    var stages = SampleReport.passed().chosenStages();

    assertThat(stages)
        .extracting(Stage::name)
        .containsExactly("analyze", "optimize", "prune", "fine-tune", "quantize", "evaluate");
    assertThat(stages).extracting(Stage::trial).containsExactly(1, 1, 2, 2, 2, 2);
  }

  @Test
  void theSummarySaysTheChangeAndTheGates() {
    assertThat(SampleReport.passed().summary())
        .isEqualTo(
            "The model is 8.9\u00d7 smaller and 3.7\u00d7 faster, with 0.31 percentage points less"
                + " top-1 accuracy. It passes all 3 gates.");
    assertThat(SampleReport.failed("x").summary()).endsWith("It misses 2 of 3 gates.");
    assertThat(
            Summary.of(
                Verdict.Passed,
                List.of(),
                Map.of("sizeBytes", 1.01, "latencyP50", 2.5),
                Map.of(),
                List.of()))
        .isEqualTo("The model is as large and 2.5\u00d7 slower. No gate was set.");
  }

  private static JsonNode json(Report report) throws IOException {
    return new ObjectMapper().readTree(ReportJson.render(report));
  }
}
