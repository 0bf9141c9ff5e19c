package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Puts QuantizeLinear and DequantizeLinear on activations. */
final class ActivationWriter {
  private final Graph graph;
  private final QdqPlan plan;
  private final List<Kernel> kernels;
  private final DataType type;
  private final Map<String, ScaleZeroPoint> scales = new LinkedHashMap<>();
  private final Map<String, String> scaleNames = new HashMap<>();
  private final Map<String, String> zeroPointNames = new HashMap<>();
  private final Map<String, Range> ranges;

  ActivationWriter(Graph graph, QdqPlan plan, List<Kernel> kernels, Map<String, Range> ranges) {
    this.graph = graph;
    this.plan = plan;
    this.kernels = kernels;
    this.type = plan.settings().activationType();
    this.ranges = ranges;
    plan.activations()
        .forEach(
            (value, activation) -> {
              if (activation.root().equals(value)) {
                var range = rangeOf(value);
                scales.put(
                    value,
                    activation
                        .bounds()
                        .map(bounds -> ScaleZeroPoint.within(range, bounds, type))
                        .orElseGet(() -> ScaleZeroPoint.of(range, type)));
              }
            });
  }

  /** Scale of a quantized value. */
  float scale(String value) {
    return scaleOf(root(value)).scale();
  }

  /** Edits the graph; to be called once, after the weights. */
  void write() {
    kernels.forEach(this::quantizeConstantOperands);
    plan.activations()
        .forEach(
            (value, activation) -> {
              if (activation.inside()) {
                quantizeBehindKernel(value);
              } else {
                quantizeForKernels(value);
              }
            });
  }

  List<QuantizeSummary.ActivationScale> summary() {
    var rows = new ArrayList<QuantizeSummary.ActivationScale>();
    scales.forEach(
        (value, map) ->
            rows.add(
                new QuantizeSummary.ActivationScale(
                    value, rangeOf(value), map.scale(), map.zeroPoint())));
    return rows;
  }

  /** All readers, graph outputs and subgraphs included, see the value after its 8 bits. */
  private void quantizeBehindKernel(String value) {
    var producer = graph.producer(value).orElseThrow();
    String raw = graph.freshName(value + "_raw");
    producer.setOutput(producer.outputs().indexOf(value), raw);
    String quantized = graph.freshName(value + "_quantized");
    var quantize = linear("QuantizeLinear", raw, value, quantized);
    graph.insertAfter(producer, quantize);
    graph.insertAfter(quantize, linear("DequantizeLinear", quantized, value, value));
  }

  /** Only the integer kernels read 8 bits; float nodes keep the exact value. */
  private void quantizeForKernels(String value) {
    String quantized = graph.freshName(value + "_quantized");
    String dequantized = graph.freshName(value + "_dequantized");
    var source = keepsFloat(value) ? shielded(value) : value;
    var quantize = linear("QuantizeLinear", source, value, quantized);
    var producer = graph.producer(source);
    if (producer.isPresent()) {
      graph.insertAfter(producer.get(), quantize);
    } else {
      graph.insertBefore(graph.nodes().get(0), quantize);
    }
    graph.insertAfter(quantize, linear("DequantizeLinear", quantized, value, dequantized));
    for (Kernel kernel : kernels) {
      for (int i : kernel.activationInputs()) {
        if (kernel.node().input(i).equals(value)) {
          kernel.node().setInput(i, dequantized);
        }
      }
    }
  }

  /**
   * Whether the value comes from a float node with a weight that reads dequantized numbers: ONNX
   * Runtime would quantize that weight itself, one scale a tensor, and undo the decision to leave
   * the node in float (WeightBiasQuantization).
   */
  private boolean keepsFloat(String value) {
    var node = graph.producer(value);
    while (node.isPresent() && (node.get().isAny("Relu", "Clip") || addsConstant(node.get()))) {
      int input = graph.constant(node.get().input(0)).isPresent() ? 1 : 0;
      node = graph.producer(node.get().input(input));
    }
    return node.filter(n -> n.isAny("Conv", "ConvTranspose", "Gemm", "MatMul"))
        .map(n -> plan.activations().get(n.input(0)))
        .filter(QdqPlan.Activation::inside)
        .isPresent();
  }

  private boolean addsConstant(Node node) {
    return node.is("Add")
        && (graph.constant(node.input(0)).isPresent() || graph.constant(node.input(1)).isPresent());
  }

  /** A maximum of one value is that value, and no pattern of ONNX Runtime looks through it. */
  private String shielded(String value) {
    String copy = graph.freshName(value + "_float");
    var shield = Node.of("Max", value + "_Max", List.of(value), List.of(copy));
    graph.insertAfter(graph.producer(value).orElseThrow(), shield);
    return copy;
  }

  /** A constant of Add, Mul or Concat becomes 8-bit with a range of its own. */
  private void quantizeConstantOperands(Kernel kernel) {
    var node = kernel.node();
    for (int i : kernel.activationInputs()) {
      var constant = graph.constant(node.input(i));
      if (constant.isEmpty()) {
        continue;
      }
      var values = constant.get().floats();
      var map = ScaleZeroPoint.of(range(values), type);
      var bytes = new byte[values.length];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = map.quantize(values[j], type);
      }
      String value = node.input(i);
      String quantized =
          graph.addInitializer(
              value + "_quantized", Tensor.bytes(type, constant.get().shape(), bytes));
      String scale = graph.addInitializer(value + "_scale", Tensor.scalar(map.scale()));
      String zeroPoint = graph.addInitializer(value + "_zero_point", zeroPoint(map));
      String dequantized = graph.freshName(value + "_dequantized");
      graph.insertBefore(
          node,
          Node.of(
              "DequantizeLinear",
              value + "_DequantizeLinear",
              List.of(quantized, scale, zeroPoint),
              List.of(dequantized)));
      node.setInput(i, dequantized);
    }
  }

  private Node linear(String opType, String input, String value, String output) {
    String root = root(value);
    var map = scaleOf(root);
    String scale =
        scaleNames.computeIfAbsent(
            root, r -> graph.addInitializer(r + "_scale", Tensor.scalar(map.scale())));
    String zeroPoint =
        zeroPointNames.computeIfAbsent(
            root, r -> graph.addInitializer(r + "_zero_point", zeroPoint(map)));
    return Node.of(opType, value + "_" + opType, List.of(input, scale, zeroPoint), List.of(output));
  }

  private Tensor zeroPoint(ScaleZeroPoint map) {
    return Tensor.bytes(type, new long[0], (byte) map.zeroPoint());
  }

  private String root(String value) {
    return Objects.requireNonNull(plan.activations().get(value), value).root();
  }

  private ScaleZeroPoint scaleOf(String root) {
    return Objects.requireNonNull(scales.get(root), root);
  }

  private Range rangeOf(String value) {
    return Objects.requireNonNull(ranges.get(value), value);
  }

  private static Range range(float[] values) {
    float min = 0;
    float max = 0;
    for (float value : values) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    return new Range(min, max);
  }
}
