package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.ValueInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step tells of its work is there once, and true. */
class StepNotesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void initializersThatAreListedAsInputsAreQuantizedAndPruned() throws Exception {
    var model = TinyInputs.model();
    model
        .graph()
        .initializers()
        .forEach(
            (name, tensor) ->
                model.graph().addInput(ValueInfo.tensor(name, DataType.FLOAT, tensor.shape())));
    model.setIrVersion(3);
    Path listing = Files.write(folder.resolve("listing.onnx"), OnnxWriter.toBytes(model));
    Path data = TinyInputs.data(folder.resolve("data.npz"), 20, 1);

    var quantized = report("quantize", listing, "-o", folder.resolve("q.onnx"), "--data", data);
    assertThat(quantized.path("message").asText()).startsWith("4 of 4 layers in integer");
    assertThat(notes(quantized)).anyMatch(note -> note.contains("4 inputs with a value"));

    var pruned = report("prune", listing, "-o", folder.resolve("p.onnx"), "--ratio", "0.4");
    assertThat(notes(pruned))
        .singleElement()
        .asString()
        .contains("callers can no longer override it");
  }

  @Test
  void aStaticQuantizationOfNothingIsRefusedWithTheReasons() throws Exception {
    Path model = TinyInputs.model(folder.resolve("tiny.onnx"));
    Path data = TinyInputs.data(folder.resolve("data.npz"), 20, 1);
    Path result = folder.resolve("q.onnx");
    var ended =
        InProcess.mc(
            "quantize", model, "-o", result, "--data", data, "--exclude", "conv1,conv2,gemm");
    assertThat(ended.exit()).as(ended.err()).isEqualTo(69);
    assertThat(ended.err()).contains("nothing in the model can be quantized", "excluded by name");
    assertThat(result).doesNotExist();
  }

  @Test
  void whyANodeRunsInFloatIsToldOnce() throws Exception {
    Path model = TinyInputs.model(folder.resolve("tiny.onnx"));
    Path data = TinyInputs.data(folder.resolve("data.npz"), 20, 1);
    var notes =
        notes(
            report(
                "quantize",
                model,
                "-o",
                folder.resolve("q.onnx"),
                "--data",
                data,
                "--exclude",
                "conv2"));
    assertThat(notes).filteredOn(note -> note.contains("'conv2'")).hasSize(1);
  }

  private static List<String> notes(JsonNode report) {
    var notes = new ArrayList<String>();
    report.path("details").path("notes").forEach(note -> notes.add(note.asText()));
    return notes;
  }

  private static JsonNode report(Object... arguments) throws Exception {
    var all = new ArrayList<Object>(List.of(arguments));
    all.addAll(List.of("--output", "json"));
    var ended = InProcess.mc(all.toArray());
    assertThat(ended.exit()).as(ended.err()).isZero();
    return JSON.readTree(ended.out());
  }
}
