package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import java.util.List;

/** A unit of the plan with its operator node in the model at hand. */
record Kernel(QdqUnit unit, Node node) {
  /** Finds the nodes before any edit moves a value name to another node. */
  static List<Kernel> find(Graph graph, QdqPlan plan) {
    return plan.units().stream()
        .map(unit -> new Kernel(unit, graph.producer(unit.head()).orElseThrow()))
        .toList();
  }

  List<Integer> activationInputs() {
    return OperatorRules.activationInputs(node, unit.kind());
  }
}
