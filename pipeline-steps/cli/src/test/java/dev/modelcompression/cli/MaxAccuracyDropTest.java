package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.evaluate.Accuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --max-accuracy-drop} on a network that eight bits ruin, unless a layer stays float. */
class MaxAccuracyDropTest {
  private static final int SIDE = 8;

  @TempDir Path folder;

  @Test
  void layersStayFloatUntilTheLimitIsKept() throws IOException {
    Path model = Files.write(folder.resolve("fragile.onnx"), OnnxWriter.toBytes(fragile()));
    Path data = TinyInputs.data(folder.resolve("data.npz"), 300, 1);
    Path ruined = folder.resolve("ruined.onnx");
    Path kept = folder.resolve("kept.onnx");

    var without = quantize(model, data, ruined);
    var with = quantize(model, data, kept, "--train", data, "--max-accuracy-drop", 0.01);

    assertThat(without.exit()).as(without.err()).isZero();
    assertThat(with.exit()).as(with.err()).isZero();
    double before = accuracy(model, data);
    assertThat(before).isGreaterThan(0.95);
    assertThat(accuracy(ruined, data)).as("the test's premise").isLessThan(0.6);
    assertThat(accuracy(kept, data)).isGreaterThanOrEqualTo(before - 0.01);
    var details = new ObjectMapper().readTree(with.out()).path("details");
    assertThat(details.path("notes").toString()).contains("layers in float: ").contains("widen");
    assertThat(details.path("quantizedLayers").findValuesAsText("integerArithmetic"))
        .contains("true", "false");
  }

  /**
   * The mean of each third of the image as its score, right by construction; but on the way there,
   * a second channel of no use has values 10,000 times as large and takes the whole range of eight
   * bits.
   */
  private static Model fragile() {
    var graph = new Graph("fragile");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 1, SIDE, SIDE));
    graph.setInitializer("w1", Tensor.floats(new long[] {2, 1, 1, 1}, new float[] {1, 10_000}));
    graph.setInitializer("w2", Tensor.floats(new long[] {1, 2, 1, 1}, new float[] {1, 0}));
    var thirds = new float[3 * SIDE * SIDE];
    for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
      int third = pixel / SIDE * 3 / SIDE;
      thirds[third * SIDE * SIDE + pixel] = third == 2 ? 1 / 16f : 1 / 24f;
    }
    graph.setInitializer("w3", Tensor.floats(new long[] {3, SIDE * SIDE}, thirds));
    graph.add(Node.of("Conv", "widen", List.of("input", "w1"), List.of("a")));
    graph.add(Node.of("Conv", "narrow", List.of("a", "w2"), List.of("b")));
    graph.add(Node.of("Flatten", "flatten", List.of("b"), List.of("c")));
    var gemm = Node.of("Gemm", "gemm", List.of("c", "w3"), List.of("scores"));
    gemm.setAttribute("transB", 1L);
    graph.add(gemm);
    graph.addOutput(ValueInfo.tensor("scores", DataType.FLOAT, -1, 3));
    return new Model(graph, 8, 17);
  }

  private static InProcess.Ended quantize(Path model, Path data, Path out, Object... more) {
    var command =
        new ArrayList<Object>(
            List.of(
                "quantize",
                model,
                "--data",
                data,
                "-o",
                out,
                "--calibrator",
                "MinMax",
                "--output",
                "json"));
    command.addAll(Arrays.asList(more));
    return InProcess.mc(command.toArray());
  }

  private static double accuracy(Path model, Path data) {
    return Accuracy.top1(ModelFiles.load(model), NpzDataset.load(data), 32, 1);
  }
}
