package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static dev.modelcompression.onnx.TestModels.zeros;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CostModelTest {
  @Test
  void groupedConvolution() {
    var conv = node("Conv", List.of("x", "w", "b"), "y");
    conv.setAttribute("group", 4L);
    conv.setAttribute("strides", new long[] {2, 2});
    var model = TestModels.of(new long[] {1, 8, 10, 10}, List.of("y"), conv);
    model.graph().setInitializer("w", zeros(12, 2, 3, 3));
    model.graph().setInitializer("b", zeros(12));
    var cost = cost(model);
    assertThat(cost.macs()).isEqualTo(12L * 4 * 4 * (2 * 3 * 3));
    assertThat(cost.parameters()).isEqualTo(12 * 2 * 9 + 12);
    assertThat(cost.parameterBytes()).isEqualTo(4 * (12 * 2 * 9 + 12));
  }

  @Test
  void transposedConvolution() {
    var model =
        TestModels.of(
            new long[] {2, 8, 5, 5}, List.of("y"), node("ConvTranspose", List.of("x", "w"), "y"));
    model.graph().setInitializer("w", zeros(8, 6, 3, 3));
    assertThat(cost(model).macs()).isEqualTo(2L * 8 * 25 * (6 * 9));
  }

  @Test
  void gemmSumsOverTheRightAxis() {
    var gemm = node("Gemm", List.of("x", "w"), "y");
    gemm.setAttribute("transA", 1L);
    var model = TestModels.of(new long[] {7, 3}, List.of("y"), gemm);
    model.graph().setInitializer("w", zeros(7, 5));
    assertThat(cost(model).macs()).isEqualTo(3L * 5 * 7);
  }

  @Test
  void matMulBroadcastsItsBatch() {
    var model =
        TestModels.of(
            new long[] {4, 1, 6, 7}, List.of("y"), node("MatMul", List.of("x", "w"), "y"));
    model.graph().setInitializer("w", zeros(3, 7, 5));
    assertThat(cost(model).macs()).isEqualTo(4L * 3 * 6 * 5 * 7);
  }

  @Test
  void recurrentLayerCountsBothWeightsPerTimeStep() {
    var lstm = Node.of("LSTM", "", List.of("x", "w", "r"), List.of("y"));
    lstm.setAttribute("hidden_size", 6L);
    lstm.setAttribute("direction", "bidirectional");
    var model = TestModels.of(new long[] {9, 2, 5}, List.of("y"), lstm);
    model.graph().setInitializer("w", zeros(2, 24, 5));
    model.graph().setInitializer("r", zeros(2, 24, 6));
    assertThat(cost(model).macs()).isEqualTo(9L * 2 * 2 * 24 * (5 + 6));
  }

  @Test
  void einsumMultipliesEveryLabelOnce() {
    var einsum = node("Einsum", List.of("x", "w"), "y");
    einsum.setAttribute("equation", "bij, bjk -> bik");
    var model = TestModels.of(new long[] {2, 3, 4}, List.of("y"), einsum);
    model.graph().setInitializer("w", zeros(2, 4, 5));
    assertThat(cost(model).macs()).isEqualTo(2L * 3 * 4 * 5);
  }

  @Test
  void quantizedWeightsAreParametersOfTheOperatorBehindTheDequantization() {
    var model =
        TestModels.of(
            new long[] {1, 6},
            List.of("y"),
            node("DequantizeLinear", List.of("q", "scale", "zero"), "w"),
            node("DequantizeLinear", List.of("qb", "scale"), "b"),
            Node.of("Gemm", "fc", List.of("x", "w", "b"), List.of("h")),
            Node.of("Gemm", "again", List.of("h", "w2", "b"), List.of("y")));
    var graph = model.graph();
    graph.setInitializer("q", Tensor.bytes(DataType.INT8, new long[] {6, 4}, new byte[24]));
    graph.setInitializer("qb", Tensor.ints(new long[] {4}, 1, 2, 3, 4));
    graph.setInitializer("scale", Tensor.scalar(0.1f));
    graph.setInitializer("zero", Tensor.bytes(DataType.INT8, new long[0], (byte) 0));
    graph.setInitializer("w2", zeros(4, 4));
    var cost = cost(model);
    assertThat(cost.parameters()).as("the shared bias counts once").isEqualTo(24 + 4 + 16);
    assertThat(cost.parameterBytes()).isEqualTo(24 + 4 * 4 + 16 * 4);
    assertThat(cost.nodes()).extracting(n -> n.parameters()).containsExactly(0L, 0L, 28L, 16L);
  }

  @Test
  void integerOperatorsCountLikeTheirFloatForms() {
    var conv = node("QLinearConv", List.of("q", "s", "z", "w", "s", "wz", "s", "z"), "c");
    var product = node("QLinearMatMul", List.of("c", "s", "z", "m", "s", "z", "s", "z"), "y");
    var model =
        TestModels.of(
            new long[] {1, 2, 4, 4},
            List.of("y"),
            node("QuantizeLinear", List.of("x", "s", "z"), "q"),
            conv,
            product);
    var graph = model.graph();
    graph.setOutput(0, ValueInfo.tensor("y", DataType.UINT8));
    graph.setInitializer("s", Tensor.scalar(1));
    graph.setInitializer("z", Tensor.bytes(DataType.UINT8, new long[0], (byte) 0));
    graph.setInitializer("wz", Tensor.bytes(DataType.INT8, new long[0], (byte) 0));
    graph.setInitializer("w", Tensor.bytes(DataType.INT8, new long[] {3, 2, 1, 1}, new byte[6]));
    graph.setInitializer("m", Tensor.bytes(DataType.UINT8, new long[] {4, 5}, new byte[20]));
    var cost = cost(model);
    assertThat(cost.macs()).isEqualTo(3L * 16 * 2 + 3L * 4 * 5 * 4);
    assertThat(cost.parameters()).isEqualTo(6 + 20);
  }

  @Test
  void whatCannotBeCountedIsSaidAndNotZero() {
    var model =
        TestModels.of(
            new long[] {-1, 3},
            List.of("y"),
            Node.of("MatMul", "open", List.of("x", "w"), List.of("h")),
            Node.of("com.example", "Secret", "odd", List.of("h"), List.of("y")));
    model.setOpset("com.example", 1);
    model.graph().setInitializer("w", zeros(3, 3));
    var cost = cost(model);
    assertThat(cost.notCounted()).extracting(n -> n.name()).containsExactly("open", "odd");
    assertThat(cost.nodes().get(0).macs()).isEqualTo(OptionalLong.empty());
    assertThat(cost.operators()).containsOnlyKeys("MatMul", "com.example:Secret");
  }

  @Test
  void aRealModelAgreesWithIndependentCounts() {
    var model = TestModels.resnet();
    var input = model.graph().inputs().get(0).name();
    var cost =
        CostModel.of(model, ShapeInference.infer(model, Map.of(input, new long[] {1, 1, 28, 28})));
    assertThat(cost.notCounted()).isEmpty();
    long shared = 64 + 128; // two biases that the exporter stored once
    assertThat(cost.parameters()).as("PyTorch's count").isEqualTo(308_074 - shared);
    assertThat(cost.parameterBytes()).isEqualTo(4 * cost.parameters());
    long stem = 9 * 32 * 784;
    long first = 2 * 9 * 32 * 32 * 784;
    long second = (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64) * 196;
    long third = (9 * 64 * 128 + 9 * 128 * 128 + 64 * 128) * 49;
    assertThat(cost.macs()).isEqualTo(stem + first + second + third + 128 * 10);
    assertThat(cost.operators()).containsEntry("Conv", 9).containsEntry("BatchNormalization", 9);
  }

  @Test
  void aSampleCostsTheSameWhateverTheBatchIs() {
    var free = CostModel.ofOneSample(TestModels.resnet());
    for (long batch : new long[] {1, 4}) {
      var model = TestModels.resnet();
      var input = model.graph().inputs().get(0);
      model.graph().setInput(0, input.withShape(batch, 1, 28, 28));
      assertThat(CostModel.ofOneSample(model)).isEqualTo(free);
    }
  }

  @Test
  void aFirstDimensionThatTheOutputDoesNotHaveIsNoBatch() {
    var model =
        TestModels.of(
            new long[] {4, 3},
            List.of("y"),
            Node.of("Transpose", "turn", List.of("x"), List.of("h")),
            Node.of("MatMul", "m", List.of("h", "w"), List.of("y")));
    model.graph().setInitializer("w", zeros(4, 5));
    assertThat(CostModel.ofOneSample(model).macs()).isEqualTo(3 * 4 * 5);
  }

  private static ModelCost cost(Model model) {
    return CostModel.of(model, ShapeInference.infer(model, Map.of()));
  }
}
