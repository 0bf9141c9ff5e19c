package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.Set;
import java.util.regex.Pattern;

/** What quantization starts from. */
final class FloatModel {
  /**
   * Operators on integers that stand for real numbers.
   *
   * @see <a
   *     href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed
   *     operators</a>
   */
  private static final Pattern INTEGER_OPERATOR =
      Pattern.compile(
          "(De|Dynamic)?Quantize.*|Q(Linear|Gemm|Attention|Embed|Ordered|MoE).*"
              + "|(Conv|MatMul)Integer.*|MatMul(NBits|Bnb4)|GatherBlockQuantized");

  private static final Set<String> DOMAINS = Set.of("", "com.microsoft");

  private FloatModel() {}

  /**
   * Refuses a model that is quantized already: its weights would lose precision a second time.
   *
   * @throws UnsupportedModelException names the first node that shows it
   */
  static void require(Graph graph) {
    for (Node node : graph.nodes()) {
      if (DOMAINS.contains(node.domain()) && INTEGER_OPERATOR.matcher(node.opType()).matches()) {
        throw new UnsupportedModelException(
            "the model is already quantized: node '"
                + node.label()
                + "' ("
                + node.opType()
                + "); quantize the float model");
      }
    }
  }
}
