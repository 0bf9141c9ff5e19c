package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Model;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where static quantization puts QuantizeLinear and DequantizeLinear, decided from the graph alone.
 *
 * <p>Everything refers to values by name, so that a plan holds for every copy of its model.
 */
public final class QdqPlan {
  private final QdqSettings settings;
  private final List<NodeDecision> decisions;
  private final List<QdqUnit> units;
  private final Map<String, Activation> activations;

  QdqPlan(
      QdqSettings settings,
      List<NodeDecision> decisions,
      List<QdqUnit> units,
      Map<String, Activation> activations) {
    this.settings = settings;
    this.decisions = List.copyOf(decisions);
    this.units = List.copyOf(units);
    this.activations = activations;
  }

  /**
   * Decision on one node.
   *
   * @param node name, or operator and output where it has none
   * @param quantized whether it will run in integer arithmetic
   * @param reason why not; empty when quantized
   */
  public record NodeDecision(String node, String opType, boolean quantized, String reason) {}

  /**
   * A value that is quantized.
   *
   * @param root the value whose range this one shares; itself where it has its own
   * @param inside whether an integer kernel computes it, or a float node or the caller does
   * @param bounds interval of a Relu or Clip that its quantization implies
   */
  record Activation(String root, boolean inside, Optional<Range> bounds) {}

  /**
   * Plans the quantization of a model.
   *
   * @throws IllegalArgumentException a setting names a node that the model does not have
   * @throws dev.modelcompression.onnx.UnsupportedModelException the model is quantized already
   */
  public static QdqPlan of(Model model, QdqSettings settings) {
    return new QdqPlanner(model, settings).plan();
  }

  public QdqSettings settings() {
    return settings;
  }

  /**
   * Values whose ranges {@link QdqPass} needs, in execution order; graph inputs may be among them.
   */
  public Set<String> valuesToCalibrate() {
    var roots = new LinkedHashSet<String>();
    activations.values().forEach(activation -> roots.add(activation.root()));
    return roots;
  }

  /** All nodes that could be of interest to quantization: those quantized, and those left float. */
  public List<NodeDecision> decisions() {
    return decisions;
  }

  /** Names of the nodes with weights that will run in integer arithmetic, in execution order. */
  public List<String> quantizedWeightNodes() {
    var names = new ArrayList<String>();
    for (var decision : decisions) {
      if (decision.quantized() && List.of("Conv", "Gemm", "MatMul").contains(decision.opType())) {
        names.add(decision.node());
      }
    }
    return names;
  }

  List<QdqUnit> units() {
    return units;
  }

  Map<String, Activation> activations() {
    return activations;
  }
}
