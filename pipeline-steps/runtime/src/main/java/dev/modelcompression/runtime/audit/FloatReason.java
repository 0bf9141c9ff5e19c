package dev.modelcompression.runtime.audit;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Optional;

/** Why ONNX Runtime's CPU provider left a quantized node in float, as far as the graph shows. */
final class FloatReason {
  /** ONNX Runtime fuses up to about this relative difference of scales. */
  private static final double SCALE_TOLERANCE = 0.01;

  private FloatReason() {}

  static String of(Graph graph, Node node) {
    for (int i = 0; i < Math.min(2, node.inputs().size()); i++) {
      if (dequantizer(graph, node, i).isEmpty()) {
        return "input '" + node.input(i) + "' is float";
      }
    }
    if (node.isAny("Conv", "Gemm") && node.hasInput(2)) {
      if (dequantizer(graph, node, 2).isEmpty()) {
        return "bias '" + node.input(2) + "' is float";
      }
      if (!biasScaleFits(graph, node)) {
        return "the scale of bias '"
            + node.input(2)
            + "' is not the input's scale times the weight's scale";
      }
    }
    if (!node.isAny("Gemm", "MatMul") && !isQuantizedAfter(graph, node)) {
      return "its output is not quantized, or has another reader";
    }
    return "ONNX Runtime has no integer kernel for this operator or this combination of types";
  }

  private static Optional<Node> dequantizer(Graph graph, Node node, int input) {
    return graph.producer(node.input(input)).filter(p -> p.is("DequantizeLinear"));
  }

  private static boolean isQuantizedAfter(Graph graph, Node node) {
    var reader = graph.soleConsumer(node.output());
    if (reader.isPresent() && reader.get().isAny("Relu", "Clip")) {
      reader = graph.soleConsumer(reader.get().output());
    }
    return reader.filter(r -> r.is("QuantizeLinear")).isPresent();
  }

  private static boolean biasScaleFits(Graph graph, Node node) {
    var input = scale(graph, node, 0);
    var weight = scale(graph, node, 1);
    var bias = scale(graph, node, 2);
    if (input.isEmpty() || weight.isEmpty() || bias.isEmpty()) {
      return true;
    }
    float s = input.get()[0];
    float[] w = weight.get();
    float[] b = bias.get();
    for (int i = 0; i < Math.max(w.length, b.length); i++) {
      double expected = (double) s * w[w.length == 1 ? 0 : i];
      if (Math.abs(b[b.length == 1 ? 0 : i] - expected) > SCALE_TOLERANCE * expected) {
        return false;
      }
    }
    return true;
  }

  private static Optional<float[]> scale(Graph graph, Node node, int input) {
    return dequantizer(graph, node, input)
        .flatMap(dequantize -> graph.constant(dequantize.input(1)))
        .map(Tensor::floats);
  }
}
