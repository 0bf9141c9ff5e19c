package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Edits one product or table lookup at a time into its dynamically quantized form. */
final class DynamicWriter {
  private static final int COLUMNS = 1;
  private static final int ROWS = 0;
  private static final WeightQuantizer BY_ROW = new WeightQuantizer(127, true, WeightClip.NONE);

  private final Graph graph;
  private final WeightQuantizer quantizer;

  /** Outputs of the DynamicQuantizeLinear of a value: integers, scale, zero point. */
  private final Map<String, List<String>> quantized = new HashMap<>();

  DynamicWriter(Graph graph, WeightQuantizer quantizer) {
    this.graph = graph;
    this.quantizer = quantizer;
  }

  /** MatMul or Gemm with a constant weight {@code [K, N]} or, with transB, {@code [N, K]}. */
  QuantizeSummary.Weight quantizeProduct(Node node) {
    var weight = weight(node);
    var smallest = new float[quantizer.scaleCount(weight, COLUMNS)];
    var result = quantizer.quantize(weight, weight.floats(), COLUMNS, smallest);
    String tensor = node.input(1);
    String integers = graph.addInitializer(tensor + "_quantized", result.values());
    String scales =
        graph.addInitializer(
            tensor + "_scale",
            Tensor.floats(
                result.scales().length == 1 ? new long[0] : new long[] {result.scales().length},
                result.scales()));
    String output = freeOutput(node);

    var x = quantizedInput(node);
    String sums = insert(node, "MatMulInteger", output + "_sums", x.get(0), integers, x.get(2));
    String real = insertCast(node, output + "_cast", sums);
    String scale = insert(node, "Mul", output + "_scale", x.get(1), scales);
    if (node.is("Gemm") && node.hasInput(2)) {
      String product = insert(node, "Mul", output + "_product", real, scale);
      insertNamed(node, "Add", output, product, bias(node));
    } else {
      insertNamed(node, "Mul", output, real, scale);
    }
    graph.remove(node);
    return QuantizeSummary.Weight.of(node, tensor, weight, result);
  }

  /** Gather of rows of a constant table {@code [V, D]}. */
  QuantizeSummary.Weight quantizeTable(Node node) {
    var table = graph.constant(node.input(0)).orElseThrow();
    int rows = Math.toIntExact(table.dim(ROWS));
    var result = BY_ROW.quantize(table, table.floats(), ROWS, new float[rows]);
    String tensor = node.input(0);
    String integers = graph.addInitializer(tensor + "_quantized", result.values());
    String scales =
        graph.addInitializer(
            tensor + "_scale", Tensor.floats(new long[] {rows, 1}, result.scales()));
    String output = freeOutput(node);

    String picked = insert(node, "Gather", output + "_quantized", integers, node.input(1));
    String real = insertCast(node, output + "_cast", picked);
    String scale = insert(node, "Gather", output + "_scale", scales, node.input(1));
    insertNamed(node, "Mul", output, real, scale);
    graph.remove(node);
    return QuantizeSummary.Weight.of(node, tensor, table, result);
  }

  /** The weight as {@code [K, N]}, factor of Gemm applied. */
  private Tensor weight(Node node) {
    var weight = graph.constant(node.input(1)).orElseThrow();
    float alpha = node.is("Gemm") ? node.attribute("alpha", 1f) : 1;
    boolean transposed = node.attribute("transB", 0L) == 1;
    if (alpha == 1 && !transposed) {
      return weight;
    }
    int k = Math.toIntExact(weight.dim(transposed ? 1 : 0));
    int n = Math.toIntExact(weight.dim(transposed ? 0 : 1));
    var values = weight.floats();
    var result = new float[values.length];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        result[i * n + j] = alpha * values[transposed ? j * k + i : i * n + j];
      }
    }
    return Tensor.floats(new long[] {k, n}, result);
  }

  /** The bias of a Gemm with its factor applied. */
  private String bias(Node gemm) {
    float beta = gemm.attribute("beta", 1f);
    if (beta == 1) {
      return gemm.input(2);
    }
    var bias = graph.constant(gemm.input(2)).orElseThrow();
    var values = bias.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= beta;
    }
    return graph.addInitializer(gemm.input(2) + "_scaled", Tensor.floats(bias.shape(), values));
  }

  /** One DynamicQuantizeLinear a value, whoever reads it. */
  private List<String> quantizedInput(Node node) {
    return quantized.computeIfAbsent(
        node.input(0),
        value -> {
          var outputs =
              List.of(
                  graph.freshName(value + "_quantized"),
                  graph.freshName(value + "_scale"),
                  graph.freshName(value + "_zero_point"));
          graph.insertBefore(
              node,
              Node.of(
                  "DynamicQuantizeLinear",
                  value + "_DynamicQuantizeLinear",
                  List.of(value),
                  outputs));
          return outputs;
        });
  }

  /** Takes the output name from a node that is about to go. */
  private String freeOutput(Node node) {
    String output = node.output();
    node.setOutput(0, graph.freshName(output + "_replaced"));
    return output;
  }

  private String insertCast(Node anchor, String prefix, String input) {
    String output = graph.freshName(prefix);
    var cast = Node.of("Cast", output + "_Cast", List.of(input), List.of(output));
    cast.setAttribute("to", DataType.FLOAT.code());
    graph.insertBefore(anchor, cast);
    return output;
  }

  private String insert(Node anchor, String opType, String prefix, String... inputs) {
    return insertNamed(anchor, opType, graph.freshName(prefix), inputs);
  }

  private String insertNamed(Node anchor, String opType, String output, String... inputs) {
    String name = output + "_" + opType;
    graph.insertBefore(anchor, Node.of(opType, name, List.of(inputs), List.of(output)));
    return output;
  }
}
