package dev.modelcompression.onnx;

import dev.modelcompression.onnx.ModelCost.NodeCost;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Counts parameters and multiply-accumulate operations (MACs) of a graph, per node.
 *
 * <p>A multiplication with its addition is one MAC; additions of a bias, normalizations,
 * activations and other elementwise work are not counted, as is usual in the field. How each
 * operator is counted is in {@link MacFormulas}, what a parameter is in {@link Parameters}.
 */
public final class CostModel {
  private CostModel() {}

  /**
   * Costs of the main graph; weights inside subgraphs count for the node that holds them.
   *
   * @param shapes what {@link ShapeInference} says about this very model
   */
  public static ModelCost of(Model model, Shapes shapes) {
    var graph = model.graph();
    var weights = Parameters.byNode(graph);
    var nodes = new ArrayList<NodeCost>(graph.nodes().size());
    var operators = new TreeMap<String, Integer>();
    long parameters = 0;
    long parameterBytes = 0;
    long macs = 0;
    for (Node node : graph.nodes()) {
      var cost = cost(node, weights.getOrDefault(node, List.of()), shapes);
      nodes.add(cost);
      operators.merge(operatorName(node), 1, Integer::sum);
      parameters += cost.parameters();
      parameterBytes += cost.parameterBytes();
      macs = sum(node, macs, cost.macs().orElse(0));
    }
    return new ModelCost(List.copyOf(nodes), parameters, parameterBytes, macs, operators);
  }

  private static long sum(Node node, long macs, long more) {
    try {
      return Math.addExact(macs, more);
    } catch (ArithmeticException tooLarge) {
      throw new InvalidModelException(
          Fault.node(node.proto()) + " takes more multiplications than can be counted", tooLarge);
    }
  }

  private static NodeCost cost(Node node, List<Tensor> weights, Shapes shapes) {
    return new NodeCost(
        node.label(),
        node.opType(),
        weights.stream().mapToLong(Tensor::elementCount).sum(),
        weights.stream().mapToLong(Tensor::byteSize).sum(),
        MacFormulas.macs(node, shapes),
        outputElements(node, shapes));
  }

  private static OptionalLong outputElements(Node node, Shapes shapes) {
    long sum = 0;
    for (String output : node.outputs()) {
      if (output.isEmpty()) {
        continue;
      }
      var elements = shapes.elements(output);
      if (elements.isEmpty()) {
        return OptionalLong.empty();
      }
      sum = Math.addExact(sum, elements.get());
    }
    return OptionalLong.of(sum);
  }

  private static String operatorName(Node node) {
    return node.domain().isEmpty() ? node.opType() : node.domain() + ":" + node.opType();
  }
}
