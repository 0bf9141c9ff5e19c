package dev.modelcompression.onnx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Multiply-accumulate operations per operator, from shapes alone.
 *
 * <table>
 *   <caption>Formulas; Y is the output, |T| the number of elements of T</caption>
 *   <tr><td>Conv, QLinearConv, ConvInteger</td><td>|Y| · C/group · kH · kW, W being {@code [M,
 *       C/group, kH, kW]}: every output element is a sum over one filter</td></tr>
 *   <tr><td>ConvTranspose</td><td>|X| · M/group · kH · kW, W being {@code [C, M/group, kH, kW]}:
 *       every input element is spread over one filter</td></tr>
 *   <tr><td>Gemm</td><td>|Y| · K, A being {@code [M, K]} or, with transA, {@code [K, M]}</td></tr>
 *   <tr><td>MatMul and its quantized forms</td><td>|Y| · K, K the last axis of A; |Y| holds batch
 *       and broadcast axes</td></tr>
 *   <tr><td>LSTM, GRU, RNN</td><td>seq · batch · (|W| + |R|), W being {@code [directions, gates · H,
 *       I]} and R {@code [directions, gates · H, H]}</td></tr>
 *   <tr><td>Einsum</td><td>product of the sizes of all labels</td></tr>
 * </table>
 *
 * <p>Sources: the shapes in <a href="https://onnx.ai/onnx/operators/">the ONNX operator
 * specification</a> and, for {@code com.microsoft}, in <a
 * href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">ONNX Runtime's
 * contributed operators</a>.
 */
final class MacFormulas {
  /** Operators that hold matrix products or convolutions in a form that is not worked out here. */
  private static final Set<String> UNCOUNTED =
      Set.of("If", "Loop", "Scan", "SequenceMap", "DeformConv", "DFT", "STFT");

  /** Contributed operators without a matrix product of their own. */
  private static final Set<String> FREE_MICROSOFT =
      Set.of(
          "BiasGelu",
          "DequantizeLinear",
          "FastGelu",
          "Gelu",
          "LayerNormalization",
          "QLinearAdd",
          "QLinearAveragePool",
          "QLinearConcat",
          "QLinearGlobalAveragePool",
          "QLinearLeakyRelu",
          "QLinearMul",
          "QLinearSigmoid",
          "QLinearSoftmax",
          "QuantizeLinear",
          "QuickGelu",
          "SimplifiedLayerNormalization",
          "SkipLayerNormalization",
          "SkipSimplifiedLayerNormalization");

  private MacFormulas() {}

  /** MACs of one run of the node; empty when shapes or operator are unknown. */
  static OptionalLong macs(Node node, Shapes shapes) {
    try {
      return switch (node.domain()) {
        case "" -> standard(node, shapes);
        case "com.microsoft" -> microsoft(node, shapes);
        case "ai.onnx.ml" -> OptionalLong.of(0);
        default -> OptionalLong.empty();
      };
    } catch (ArithmeticException tooLarge) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong standard(Node node, Shapes shapes) {
    return switch (node.opType()) {
      case "Conv", "ConvInteger" -> perElement(shapes, node.output(0), filter(node, 1, shapes));
      case "QLinearConv" -> perElement(shapes, node.output(0), filter(node, 3, shapes));
      case "ConvTranspose" -> perElement(shapes, node.input(0), filter(node, 1, shapes));
      case "Gemm" -> perElement(shapes, node.output(0), depth(node, shapes, "transA"));
      case "MatMul", "MatMulInteger", "QLinearMatMul" ->
          perElement(shapes, node.output(0), depth(node, shapes, ""));
      case "LSTM", "GRU", "RNN" -> recurrent(node, shapes);
      case "Einsum" -> einsum(node, shapes);
      default -> UNCOUNTED.contains(node.opType()) ? OptionalLong.empty() : OptionalLong.of(0);
    };
  }

  private static OptionalLong microsoft(Node node, Shapes shapes) {
    return switch (node.opType()) {
      case "FusedConv", "NhwcFusedConv" ->
          perElement(shapes, node.output(0), filter(node, 1, shapes));
      case "FusedGemm", "QGemm", "FusedMatMul" ->
          perElement(shapes, node.output(0), depth(node, shapes, "transA"));
      case "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulNBits", "MatMulBnb4" ->
          perElement(shapes, node.output(0), depth(node, shapes, ""));
      default -> FREE_MICROSOFT.contains(node.opType()) ? OptionalLong.of(0) : OptionalLong.empty();
    };
  }

  private static OptionalLong perElement(Shapes shapes, String value, OptionalLong each) {
    var elements = shapes.elements(value);
    return elements.isEmpty() || each.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.multiplyExact(elements.get(), each.getAsLong()));
  }

  /** Elements of one filter of a weight {@code [filters, channels, k…]}. */
  private static OptionalLong filter(Node node, int weight, Shapes shapes) {
    return shapes
        .fixedShape(node.input(weight))
        .filter(w -> w.length >= 2)
        .map(w -> OptionalLong.of(Tensor.elements(Arrays.copyOfRange(w, 1, w.length))))
        .orElse(OptionalLong.empty());
  }

  /** Length of the axis that a matrix product sums over, from its first operand. */
  private static OptionalLong depth(Node node, Shapes shapes, String transposed) {
    int fromEnd = !transposed.isEmpty() && node.attribute(transposed, 0L) != 0 ? 2 : 1;
    return shapes
        .shape(node.input(0))
        .filter(a -> a.length >= fromEnd && a[a.length - fromEnd] >= 0)
        .map(a -> OptionalLong.of(a[a.length - fromEnd]))
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong recurrent(Node node, Shapes shapes) {
    var x = shapes.fixedShape(node.input(0)).filter(dims -> dims.length == 3);
    var w = shapes.elements(node.input(1));
    var r = shapes.elements(node.input(2));
    if (x.isEmpty() || w.isEmpty() || r.isEmpty()) {
      return OptionalLong.empty();
    }
    long steps = Math.multiplyExact(x.get()[0], x.get()[1]);
    return OptionalLong.of(Math.multiplyExact(steps, Math.addExact(w.get(), r.get())));
  }

  /** Every combination of the equation's labels is one product; {@code ...} is not worked out. */
  private static OptionalLong einsum(Node node, Shapes shapes) {
    var terms = node.attribute("equation", "").replace(" ", "").split("->", 2)[0].split(",", -1);
    var sizes = new HashMap<Character, Long>();
    for (int i = 0; i < terms.length; i++) {
      var dims = shapes.fixedShape(node.input(i));
      if (dims.isEmpty() || terms[i].contains(".") || dims.get().length != terms[i].length()) {
        return OptionalLong.empty();
      }
      for (int axis = 0; axis < terms[i].length(); axis++) {
        sizes.merge(terms[i].charAt(axis), dims.get()[axis], Math::max);
      }
    }
    long products = 1;
    for (long size : sizes.values()) {
      products = Math.multiplyExact(products, size);
    }
    return OptionalLong.of(products);
  }
}
