package dev.modelcompression.passes.testing;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.rewrite.ConstantEvaluator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates one node as a model of its own. */
public final class OrtConstantEvaluator implements ConstantEvaluator {
  @Override
  public Optional<List<Tensor>> evaluate(Model model, Node node, List<Tensor> inputs) {
    var graph = new Graph("constant");
    for (int i = 0; i < inputs.size(); i++) {
      if (node.hasInput(i)) {
        graph.setInitializer(node.input(i), inputs.get(i));
      }
    }
    graph.add(node.copy());
    node.outputs().forEach(output -> graph.addOutput(ValueInfo.untyped(output)));
    var result =
        OrtRunner.runUnoptimized(new Model(graph, model.irVersion(), model.opset()), Map.of());
    return Optional.of(node.outputs().stream().map(result::get).toList());
  }
}
