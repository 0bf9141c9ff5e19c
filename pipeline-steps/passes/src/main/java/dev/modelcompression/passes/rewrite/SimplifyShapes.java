package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.List;
import java.util.Map;

/**
 * Replaces arithmetic on shapes by constants, where the shapes are known.
 *
 * <p>A Reshape whose target holds one number that is only known when the model runs, usually the
 * batch size, gets a constant target too, with 0 (as the input has it) or −1 (what is left) in that
 * place.
 */
public final class SimplifyShapes implements GraphPass {
  @Override
  public String id() {
    return "simplify-shapes";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    var values = new ShapeValues(graph, ShapeInference.infer(model, Map.of()));
    int simplified = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Reshape") ? fixTarget(graph, values, node) : replace(graph, values, node)) {
        simplified++;
      }
    }
    return new PassResult(id(), simplified);
  }

  private static boolean replace(Graph graph, ShapeValues values, Node node) {
    if (!ShapeValues.isSupported(node) || graph.isOutput(node.output())) {
      return false;
    }
    var value = values.of(node.output());
    if (value.isEmpty() || !value.get().isKnown()) {
      return false;
    }
    graph.remove(node);
    graph.setInitializer(node.output(), value.get().toTensor());
    return true;
  }

  private static boolean fixTarget(Graph graph, ShapeValues values, Node reshape) {
    var value = values.of(reshape.input(1));
    boolean constant = graph.constant(reshape.input(1)).isPresent();
    if (constant || value.isEmpty() || reshape.attribute("allowzero", 0L) != 0) {
      return false;
    }
    var elements = value.get().elements();
    var target = new long[elements.size()];
    int open = 0;
    boolean inferred = false;
    for (int i = 0; i < target.length; i++) {
      var element = elements.get(i);
      if (element.isKnown()) {
        target[i] = element.number();
        inferred |= target[i] == -1;
      } else if (element.is(reshape.input(0), i)) {
        target[i] = 0;
      } else {
        target[i] = -1;
        open++;
      }
    }
    if (open > 1 || (open == 1 && inferred)) {
      return false;
    }
    reshape.setInput(1, graph.addInitializer(reshape.label() + ".shape", Tensor.vector(target)));
    return true;
  }
}
