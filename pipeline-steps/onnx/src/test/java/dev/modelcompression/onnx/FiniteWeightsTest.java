package dev.modelcompression.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiniteWeightsTest {
  private static final float INFINITE = Float.NEGATIVE_INFINITY;

  @Test
  void nanIsFoundInAWeightAndNamedWithItsPlace() {
    assertThatThrownBy(() -> FiniteWeights.require(model(Float.NaN, 1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage(
            "tensor 'w' [2, 2] of node 'transpose' ('Transpose') holds NaN (element 2), expected"
                + " finite numbers; train or export the model again");
  }

  @Test
  void anInfinityIsAFaultInAWeightButNotInAMask() {
    assertThat(FiniteWeights.faults(model(INFINITE, 1)))
        .singleElement()
        .asString()
        .contains("'w'", "holds an infinity");
    assertThatCode(() -> FiniteWeights.require(model(1, INFINITE))).doesNotThrowAnyException();
  }

  @Test
  void nanInAConstantNodeCountsAndEveryTensorIsTold() {
    assertThat(FiniteWeights.faults(model(Float.NaN, Float.NaN))).hasSize(2);
    assertThatThrownBy(() -> FiniteWeights.require(model(Float.NaN, Float.NaN)))
        .hasMessageContaining("; tensors like it: 2;");
  }

  /** {@code input [N, 2]} times the transposed weight, plus a mask. */
  private static Model model(float inWeight, float inMask) {
    var graph = new Graph("g");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 2));
    graph.setInitializer("w", Tensor.floats(new long[] {2, 2}, 1, 2, inWeight, 4));
    var mask = Node.of("Constant", "mask", List.of(), List.of("m"));
    mask.setAttribute("value", Tensor.vector(0f, inMask));
    graph.add(mask);
    graph.add(Node.of("Transpose", "transpose", List.of("w"), List.of("wt")));
    graph.add(Node.of("MatMul", "matmul", List.of("input", "wt"), List.of("y")));
    graph.add(Node.of("Add", "add", List.of("y", "m"), List.of("output")));
    graph.addOutput(ValueInfo.tensor("output", DataType.FLOAT, -1, 2));
    return new Model(graph, 8, 17);
  }
}
