package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Replaces nodes that read constants only by their results.
 *
 * <p>Works on a list of operators whose result size can be bounded beforehand: random operators,
 * subgraphs, other domains and unknown operators stay. So do {@code DequantizeLinear} and {@code
 * QuantizeLinear}: a small integer weight must not become a float one. A result of more than
 * {@value #FREE_BYTES} bytes that is larger than the constants which nobody reads after the fold
 * stays a computation: the model must not grow.
 */
public final class FoldConstants implements GraphPass {
  /** Results up to this size are folded even if the model grows. */
  static final long FREE_BYTES = 1 << 20;

  private final ConstantEvaluator evaluator;

  public FoldConstants(ConstantEvaluator evaluator) {
    this.evaluator = evaluator;
  }

  @Override
  public String id() {
    return "fold-constants";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    int folded = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Constant") ? inline(graph, node) : fold(model, node)) {
        folded++;
      }
    }
    return new PassResult(id(), folded);
  }

  private static boolean inline(Graph graph, Node node) {
    var value = graph.constant(node.output());
    return !graph.isOutput(node.output())
        && value.isPresent()
        && replace(graph, node, List.of(value.get()));
  }

  private boolean fold(Model model, Node node) {
    var graph = model.graph();
    var inputs = constants(graph, node);
    if (inputs.isEmpty() || node.outputs().stream().anyMatch(graph::isOutput)) {
      return false;
    }
    long limit = Math.max(FREE_BYTES, freedBytes(graph, node));
    var elements = ResultSize.bound(node, inputs.get());
    if (elements.isEmpty() || elements.getAsLong() > limit) {
      return false;
    }
    var outputs = evaluator.evaluate(model, node, inputs.get());
    return outputs.isPresent()
        && outputs.get().stream().mapToLong(Tensor::byteSize).sum() <= limit
        && replace(graph, node, outputs.get());
  }

  private static Optional<List<Tensor>> constants(Graph graph, Node node) {
    var inputs = new ArrayList<Tensor>();
    for (String input : node.inputs()) {
      var tensor =
          input.isEmpty() ? Optional.of(Tensor.vector(new float[0])) : graph.constant(input);
      if (tensor.isEmpty()) {
        return Optional.empty();
      }
      inputs.add(tensor.get());
    }
    return Optional.of(inputs);
  }

  /** Bytes of the constants that only this node reads. */
  private static long freedBytes(Graph graph, Node node) {
    return node.inputs().stream()
        .distinct()
        .filter(input -> graph.soleConsumer(input).isPresent())
        .flatMap(input -> graph.initializer(input).stream())
        .mapToLong(Tensor::byteSize)
        .sum();
  }

  private static boolean replace(Graph graph, Node node, List<Tensor> outputs) {
    graph.remove(node);
    for (int i = 0; i < outputs.size(); i++) {
      if (!node.output(i).isEmpty()) {
        graph.setInitializer(node.output(i), outputs.get(i));
      }
    }
    return true;
  }
}
