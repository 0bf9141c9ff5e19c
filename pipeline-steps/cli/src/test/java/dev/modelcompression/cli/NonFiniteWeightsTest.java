package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every command makes of a model with one NaN among its weights. */
class NonFiniteWeightsTest {
  private static final String FAULT =
      "tensor 'w2' [32, 32, 3, 3] of node 'conv2' ('Conv') holds NaN (element 7)";

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    var model = TinyInputs.model();
    var weight = model.graph().initializer("w2").orElseThrow();
    var values = weight.floats();
    values[7] = Float.NaN;
    model.graph().setInitializer("w2", Tensor.floats(weight.shape(), values));
    Files.write(folder.resolve("nan.onnx"), OnnxWriter.toBytes(model));
    TinyInputs.data(folder.resolve("data.npz"), 40, 1);
  }

  @Test
  void whateverWorksWithTheWeightsRefusesThem() {
    refuses("prune", file("nan.onnx"));
    refuses("prune", file("nan.onnx"), "--structure", "Unstructured", "--ratio", "0.5");
    refuses("quantize", file("nan.onnx"), "--data", file("data.npz"));
    refuses("quantize", file("nan.onnx"), "--mode", "Dynamic");
    refuses("fine-tune", file("nan.onnx"), "--train", file("data.npz"));
  }

  @Test
  void analyzeTellsWhereTheyAre() {
    var text = InProcess.mc("analyze", file("nan.onnx"));
    assertThat(text.exit()).as(text.err()).isZero();
    assertThat(text.out()).contains(FAULT + ": train or export the model again");

    var timed = InProcess.mc("analyze", file("nan.onnx"), "--data", file("data.npz"));
    assertThat(timed.exit()).as(timed.err()).isZero();
    assertThat(timed.out()).contains(FAULT);

    var json = InProcess.mc("analyze", file("nan.onnx"), "-o", "json");
    assertThat(json.out()).doesNotContain(": NaN", "\"NaN\"");
  }

  private static void refuses(Object... command) {
    var arguments = new Object[command.length + 2];
    System.arraycopy(command, 0, arguments, 0, command.length);
    arguments[command.length] = "-o";
    arguments[command.length + 1] = file("out.onnx");
    var ended = InProcess.mc(arguments);
    assertThat(ended.err()).startsWith("mc: " + FAULT).hasLineCount(1);
    assertThat(ended.exit()).isEqualTo(65);
    assertThat(file("out.onnx")).doesNotExist();
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }
}
