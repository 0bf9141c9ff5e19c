package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mc evaluate --gate}: a model compared with itself keeps and misses limits surely. */
class EvaluateGatesTest {
  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    TinyInputs.model(folder.resolve("tiny.onnx"));
    TinyInputs.data(folder.resolve("test.npz"), 60, 1);
  }

  @Test
  void endsWithZeroWhenEveryGateIsKeptAndShowsThem() {
    var ended = evaluate("--gate", "top1.maxDrop=0", "--gate", "sizeBytes.maxRatio=1");

    assertThat(ended.exit()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("✓ Top-1 accuracy  may fall by 0.00 pp")
        .contains("✓ File size       at most 1.000 × the original  1.000 ×")
        .contains(", top-1 ±0.00 pp on 60 samples\n");
  }

  @Test
  void endsWithThreeWhenOneIsMissedAndSaysByHowMuch() {
    var ended = evaluate("--gate", "sizeBytes.maxRatio=0.3", "--gate", "top1.min=0");

    assertThat(ended.exit()).as(ended.err()).isEqualTo(3);
    assertThat(ended.out())
        .contains("✗ File size")
        .contains("0.700 × too much")
        .contains("✓ Top-1 accuracy");
  }

  @Test
  void aNumberThatWasNotMeasuredFails() {
    // Three classes have no five best.
    var ended = evaluate("--gate", "top5.min=0");

    assertThat(ended.exit()).isEqualTo(3);
    assertThat(ended.out()).contains("✗ Top-5 accuracy").contains("not measured");
  }

  @Test
  void theJsonCarriesThemInTheFormOfTheReport() throws IOException {
    var ended =
        evaluate(
            "--gate",
            "latencyP50.maxRatio=1000",
            "--gate",
            "top1.maxDrop=0",
            "--gate",
            "sizeBytes.maxRatio=0.3",
            "-o",
            "json");

    var report = ContractJson.readReport(ended.out());
    assertThat(report.exit()).isEqualTo(ExitCode.GATE_FAILED);
    var gates = new ObjectMapper().readTree(ended.out()).at("/details/gates");
    assertThat(gates.findValuesAsText("metric")).containsExactly("latencyP50", "top1", "sizeBytes");
    assertThat(gates.at("/0/interval/high").isNumber()).isTrue();
    assertThat(gates.at("/1/interval/low").asDouble()).isZero();
    assertThat(gates.at("/2/kind").asText()).isEqualTo("maxRatio");
    assertThat(gates.at("/2/limit").asDouble()).isEqualTo(0.3);
    assertThat(gates.at("/2/value").asDouble()).isEqualTo(1);
    assertThat(gates.at("/2/passed").asBoolean()).isFalse();
  }

  @Test
  void aModelWithAFixedBatchIsComparedSampleBySample() throws IOException {
    var fixed = TinyInputs.model();
    fixed.graph().setInput(0, fixed.graph().inputs().get(0).withShape(4, 1, 8, 8));
    var file = folder.resolve("fixed.onnx");
    Files.write(file, OnnxWriter.toBytes(fixed));

    var ended =
        InProcess.mc(
            "evaluate",
            folder.resolve("tiny.onnx"),
            "--baseline",
            file,
            "--data",
            folder.resolve("test.npz"),
            "--latency-runs",
            "10",
            "-o",
            "json");

    assertThat(ended.exit()).as(ended.err()).isZero();
    var report = ContractJson.readReport(ended.out());
    assertThat(report.metrics().get("original.macs"))
        .isEqualTo(report.metrics().get("result.macs"))
        .isNotNull();
    assertThat(report.details().at("/evaluation/settings/latencyBatch").asInt()).isEqualTo(4);
    assertThat(report.details().at("/notes/0").asText())
        .startsWith("latency is of 4 samples at once, not of 1");
  }

  @Test
  void aMisspelledGateIsToldBeforeAnyWork() {
    var ended =
        InProcess.mc(
            "evaluate",
            "no.onnx",
            "--baseline",
            "no.onnx",
            "--data",
            "no.npz",
            "--gate",
            "top1.maxDorp=0.1");

    assertThat(ended.exit()).isEqualTo(64);
    assertThat(ended.err())
        .startsWith("mc: --gate: top1.maxDorp=0.1: unknown limit; did you mean 'maxDrop'?")
        .hasLineCount(1);
  }

  private static InProcess.Ended evaluate(String... more) {
    var model = folder.resolve("tiny.onnx");
    var arguments =
        new ArrayList<Object>(
            List.of(
                "evaluate",
                model,
                "--baseline",
                model,
                "--data",
                folder.resolve("test.npz"),
                "--latency-runs",
                "10",
                "--warmup-runs",
                "0",
                "--bootstrap-samples",
                "200"));
    arguments.addAll(Arrays.asList(more));
    return InProcess.mc(arguments.toArray());
  }
}
