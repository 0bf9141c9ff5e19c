package dev.modelcompression.onnx;

import dev.modelcompression.onnx.ModelCost.NodeCost;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * Costs of one sample. Where the batch is fixed, those of a run divided by its samples, so that a
   * model costs the same whatever its batch.
   *
   * @throws InvalidModelException as {@link ShapeInference#ofOneSample}
   */
  public static ModelCost ofOneSample(Model model) {
    return ofOneSample(model, ShapeInference.ofOneSample(model));
  }

  /**
   * Costs of one sample, as {@link #ofOneSample(Model)}.
   *
   * @param shapes what {@link ShapeInference#ofOneSample} says about this very model
   */
  public static ModelCost ofOneSample(Model model, Shapes shapes) {
    return of(model, shapes).dividedBy(samples(model.graph(), shapes));
  }

  /**
   * Samples of one run: the first dimension that all inputs and the first output share; 1 where
   * they share none, so that it is no batch.
   */
  private static long samples(Graph graph, Shapes shapes) {
    var values = new ArrayList<>(graph.requiredInputs());
    values.addAll(graph.outputs().subList(0, Math.min(1, graph.outputs().size())));
    long samples = 0;
    for (ValueInfo value : values) {
      long[] shape = shapes.shape(value.name()).orElse(new long[0]);
      long first = shape.length == 0 ? 0 : shape[0];
      if (first < 1 || (samples > 0 && samples != first)) {
        return 1;
      }
      samples = first;
    }
    return Math.max(1, samples);
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
        MacFormulas.macs(node, shapes));
  }

  private static String operatorName(Node node) {
    return node.domain().isEmpty() ? node.opType() : node.domain() + ":" + node.opType();
  }
}
