package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import dev.modelcompression.passes.rewrite.EliminateDeadCode;
import java.util.Map;
import java.util.TreeSet;

/**
 * Writes a {@link QdqPlan} into a model: weights as INT8 initializers, biases as INT32, both behind
 * DequantizeLinear; activations between QuantizeLinear and DequantizeLinear.
 *
 * <p>The model stays a float model to its callers: inputs and outputs keep names and types.
 *
 * @see <a href="https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html">QDQ
 *     format</a>
 */
public final class QdqPass implements GraphPass {
  /** DequantizeLinear has an axis from here on. */
  static final long OPSET = 13;

  private final QdqPlan plan;
  private final Map<String, Range> ranges;

  /**
   * A pass for the model that the plan was made of, or a copy of it.
   *
   * @param ranges by name, at least for {@link QdqPlan#valuesToCalibrate()}
   * @throws IllegalArgumentException a range is missing
   */
  public QdqPass(QdqPlan plan, Map<String, Range> ranges) {
    var missing = new TreeSet<>(plan.valuesToCalibrate());
    missing.removeAll(ranges.keySet());
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("ranges: none found for " + missing);
    }
    this.plan = plan;
    this.ranges = Map.copyOf(ranges);
  }

  @Override
  public String id() {
    return "quantize-static";
  }

  @Override
  public PassResult apply(Model model) {
    var summary = quantize(model);
    var quantized = summary.nodes().stream().filter(QdqPlan.NodeDecision::quantized).count();
    var left =
        summary.nodes().stream()
            .filter(node -> !node.quantized())
            .map(node -> node.opType() + " '" + node.node() + "' stays float: " + node.reason())
            .toList();
    return new PassResult(id(), (int) quantized, left);
  }

  /**
   * Like {@link #apply}, and tells scales and errors.
   *
   * @throws UnsupportedModelException the opset is below 13
   */
  public QuantizeSummary quantize(Model model) {
    if (model.opset() < OPSET) {
      throw new UnsupportedModelException(
          "opset: found %d, quantization needs %d or later (DequantizeLinear with an axis); upgrade the model first"
              .formatted(model.opset(), OPSET));
    }
    var graph = model.graph();
    var kernels = Kernel.find(graph, plan);
    var activations = new ActivationWriter(graph, plan, kernels, ranges);
    var written = new WeightWriter(graph, plan.settings(), kernels, activations).write();
    activations.write();
    new EliminateDeadCode().apply(model);
    return new QuantizeSummary(written, activations.summary(), plan.decisions());
  }
}
