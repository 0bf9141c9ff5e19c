package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.ExcludedNodes;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import dev.modelcompression.passes.rewrite.EliminateDeadCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dynamic INT8 quantization of MatMul, Gemm and large embedding tables; needs no calibration data.
 *
 * <p>{@code x·W} becomes {@code (MatMulInteger(q(x), q(W)))·(s_x·s_W)} with q(x) from
 * DynamicQuantizeLinear, which ONNX Runtime fuses to DynamicQuantizeMatMul. A table gets one scale
 * a row, and only the rows that are looked up are dequantized.
 *
 * <p>Conv stays float: its dynamic form, ConvInteger, is slower than the float convolution in ONNX
 * Runtime; static quantization is the way for it.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html">
 *     DynamicQuantizeLinear</a>
 */
public final class DynamicQuantizePass implements GraphPass {
  private final DynamicSettings settings;

  public DynamicQuantizePass(DynamicSettings settings) {
    this.settings = settings;
  }

  @Override
  public String id() {
    return "quantize-dynamic";
  }

  @Override
  public PassResult apply(Model model) {
    var summary = quantize(model);
    var notes =
        summary.nodes().stream()
            .filter(node -> !node.quantized())
            .map(node -> node.opType() + " '" + node.node() + "' stays float: " + node.reason())
            .toList();
    return new PassResult(id(), summary.weights().size(), notes);
  }

  /**
   * Like {@link #apply}, and tells scales and errors.
   *
   * @throws IllegalArgumentException a setting names a node that the model does not have
   * @throws dev.modelcompression.onnx.UnsupportedModelException the model is quantized already
   */
  public QuantizeSummary quantize(Model model) {
    var graph = model.graph();
    FloatModel.require(graph);
    ExcludedNodes.check(graph, settings.excludedNodes());
    var writer =
        new DynamicWriter(
            graph,
            new WeightQuantizer(
                settings.reduceRange() ? 64 : 127, settings.perChannel(), settings.weightClip()));
    var weights = new ArrayList<QuantizeSummary.Weight>();
    var decisions = new ArrayList<QdqPlan.NodeDecision>();
    for (Node node : List.copyOf(graph.nodes())) {
      if (!node.isAny("MatMul", "Gemm", "Gather", "Conv", "ConvTranspose")) {
        continue;
      }
      var reason = whyFloat(graph, node);
      if (reason.isEmpty()) {
        weights.add(node.is("Gather") ? writer.quantizeTable(node) : writer.quantizeProduct(node));
      }
      if (reason.isEmpty() || !node.is("Gather")) {
        decisions.add(
            new QdqPlan.NodeDecision(
                node.label(), node.opType(), reason.isEmpty(), reason.orElse("")));
      }
    }
    new EliminateDeadCode().apply(model);
    return new QuantizeSummary(weights, List.of(), decisions);
  }

  private Optional<String> whyFloat(Graph graph, Node node) {
    if (settings.excludedNodes().contains(node.label())) {
      return Optional.of("excluded by name");
    }
    if (node.isAny("Conv", "ConvTranspose")) {
      return Optional.of("dynamic convolution is slower than float; quantize statically");
    }
    boolean table = node.is("Gather");
    var weight = graph.constant(node.input(table ? 0 : 1)).filter(w -> w.type() == DataType.FLOAT);
    if (weight.isEmpty()) {
      return Optional.of("its weight is not a FLOAT constant");
    }
    if (weight.get().rank() != 2) {
      return Optional.of("its weight is not a matrix");
    }
    if (table) {
      return isLargeTable(node, weight.get()) ? Optional.empty() : Optional.of("small table");
    }
    if (graph.constant(node.input(0)).isPresent()) {
      return Optional.of("its input is constant");
    }
    if (node.attribute("transA", 0L) == 1) {
      return Optional.of("its input is transposed");
    }
    if (node.hasInput(2)
        && node.attribute("beta", 1f) != 1
        && graph.constant(node.input(2)).isEmpty()) {
      return Optional.of("its bias is computed and has a factor");
    }
    return Optional.empty();
  }

  private boolean isLargeTable(Node gather, Tensor table) {
    return gather.attribute("axis", 0L) == 0
        && table.elementCount() >= settings.minEmbeddingElements();
  }
}
