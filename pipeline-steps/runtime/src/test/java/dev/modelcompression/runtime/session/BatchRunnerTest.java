package dev.modelcompression.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.ArrayDataset;
import dev.modelcompression.runtime.Models;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchRunnerTest {
  private static final SessionSettings ONE_THREAD = SessionSettings.threads(1);

  @ParameterizedTest
  @CsvSource({"-1,1", "-1,2", "-1,3", "-1,100", "1,8", "2,8", "4,1"})
  void everyRowIsComputedWhateverTheBatch(long modelBatch, int wanted) {
    var data =
        new ArrayDataset(5).with("input", new float[] {1, -1, 2, -2, 3, -3, 4, -4, 5, -5}, 2);
    var outputs = new ArrayList<Float>();
    try (var model = OrtModels.open(Models.reluPlusOne(modelBatch), ONE_THREAD);
        var runner = model.runner(data, wanted, List.of("output"))) {
      // Two sweeps: the second starts with the buffers that the first left behind.
      for (int from = 0; from < 10; from += runner.batch()) {
        int first = from % 5;
        var rows = new int[Math.min(runner.batch(), 5 - first)];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = first + i;
        }
        runner.run(rows);
        assertThat(runner.rowSize("output")).isEqualTo(2);
        for (int i = 0; i < rows.length; i++) {
          outputs.add(runner.values("output").get(2 * i));
        }
        from -= runner.batch() - rows.length;
      }
    }
    assertThat(outputs).containsExactly(2f, 3f, 4f, 5f, 6f, 2f, 3f, 4f, 5f, 6f);
  }

  @Test
  void anOutputWhoseShapeDependsOnTheDataIsReadAnew() {
    var graph = new Graph("nonzero");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 2));
    graph.add(Node.of("NonZero", "", List.of("input"), List.of("where")));
    graph.add(castToFloat("where", "output"));
    graph.addOutput(ValueInfo.tensor("output", DataType.FLOAT, 2, -1));
    var data = new ArrayDataset(2).with("input", new float[] {1, 1, 0, 1}, 2);
    try (var model = OrtModels.open(new Model(graph, 8, 17), ONE_THREAD);
        var runner = model.runner(data, 1, List.of("output"))) {
      runner.run(0);
      assertThat(contents(runner.values("output"))).containsExactly(0, 0, 0, 1);
      runner.run(1);
      assertThat(contents(runner.values("output"))).containsExactly(0, 1);
    }
  }

  @Test
  void wholeNumbersAreNarrowedToWhatTheModelTakes() {
    var graph = new Graph("tokens");
    graph.addInput(ValueInfo.tensor("ids", DataType.INT32, -1, 3));
    graph.add(castToFloat("ids", "output"));
    graph.addOutput(ValueInfo.tensor("output", DataType.FLOAT, -1, 3));
    var data = new ArrayDataset(1).with("ids", new long[] {7, 8, 9}, 3);
    try (var model = OrtModels.open(new Model(graph, 8, 17), ONE_THREAD);
        var runner = model.runner(data, 1, List.of("output"))) {
      runner.run(0);
      assertThat(contents(runner.values("output"))).containsExactly(7, 8, 9);
    }
  }

  @Test
  void dataUnderAnotherNameIsRefused() {
    var data = new ArrayDataset(1).with("image", new float[2], 2);
    try (var model = OrtModels.open(Models.reluPlusOne(-1), ONE_THREAD)) {
      assertThatThrownBy(() -> model.runner(data, 1, List.of()))
          .isInstanceOf(InvalidDataException.class)
          .hasMessageContainingAll("no array named 'input'", "it has 'image'");
    }
  }

  @Test
  void dataOfAnotherShapeOrTypeIsRefused() {
    try (var model = OrtModels.open(Models.reluPlusOne(-1), ONE_THREAD)) {
      assertThatThrownBy(
              () -> model.runner(new ArrayDataset(1).with("input", new float[3], 3), 1, List.of()))
          .isInstanceOf(InvalidDataException.class)
          .hasMessageContainingAll("array 'input'", "FLOAT [3]", "expects FLOAT [2]");
      assertThatThrownBy(
              () -> model.runner(new ArrayDataset(1).with("input", new long[2], 2), 1, List.of()))
          .isInstanceOf(InvalidDataException.class)
          .hasMessageContainingAll("INT64 [2]", "expects FLOAT [2]");
    }
  }

  @Test
  void anUnknownOperatorIsUnsupportedAndABrokenModelInvalid() {
    var graph = new Graph("custom");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 2));
    graph.add(Node.of("com.example", "Magic", "m", List.of("input"), List.of("output")));
    graph.addOutput(ValueInfo.tensor("output", DataType.FLOAT, -1, 2));
    var model = new Model(graph, 8, 17);
    model.setOpset("com.example", 1);
    assertThatThrownBy(() -> OrtModels.open(model, ONE_THREAD))
        .isInstanceOf(UnsupportedModelException.class)
        .message()
        .contains("Magic")
        .hasLineCount(1);

    var standard = Models.reluPlusOne(-1);
    standard.graph().add(Node.of("Relux", "r", List.of("output"), List.of("other")));
    assertThatThrownBy(() -> OrtModels.open(standard, ONE_THREAD))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("Relux");

    var dangling = Models.reluPlusOne(-1);
    dangling.graph().add(Node.of("Relu", "r", List.of("nowhere"), List.of("other")));
    assertThatThrownBy(() -> OrtModels.open(dangling, ONE_THREAD))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("nowhere");

    assertThatThrownBy(
            () -> OrtModels.open("text".getBytes(StandardCharsets.UTF_8), "notes.txt", ONE_THREAD))
        .isInstanceOf(InvalidModelException.class)
        .message()
        .startsWith("notes.txt: ")
        .hasLineCount(1);
  }

  private static Node castToFloat(String input, String output) {
    var cast = Node.of("Cast", "", List.of(input), List.of(output));
    cast.setAttribute("to", (long) DataType.FLOAT.code());
    return cast;
  }

  private static float[] contents(FloatBuffer buffer) {
    var values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
