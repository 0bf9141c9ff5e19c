package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;

/** Edits of edges that keep the names that others see: graph outputs and captured values. */
final class Rewiring {
  private Rewiring() {}

  /**
   * Removes a node whose first output equals one of its inputs.
   *
   * @return false, with nothing changed, when a name that must stay prevents it
   */
  static boolean bypass(Graph graph, Node node, String input) {
    String output = node.output();
    if (!isVisible(graph, output)) {
      graph.replaceUses(output, input);
      graph.remove(node);
      return true;
    }
    var producer = graph.producer(input);
    if (producer.isEmpty() || isVisible(graph, input)) {
      return false;
    }
    graph.remove(node);
    graph.replaceUses(input, output);
    rename(producer.get(), input, output);
    return true;
  }

  /**
   * Removes {@code last}, the sole reader of {@code first}'s output, and lets {@code first} produce
   * the output of {@code last}.
   */
  static void absorb(Graph graph, Node first, Node last) {
    String output = last.output();
    graph.remove(last);
    first.setOutput(0, output);
  }

  /** Whether somebody reads the value by its name: the caller of the model, or a subgraph. */
  static boolean isVisible(Graph graph, String value) {
    return graph.isOutput(value) || graph.isCaptured(value);
  }

  /** Whether nothing reads any output of the node but the first. */
  static boolean hasOneUsedOutput(Graph graph, Node node) {
    return node.outputs().stream()
        .skip(1)
        .allMatch(
            value ->
                value.isEmpty() || (graph.consumers(value).isEmpty() && !graph.isOutput(value)));
  }

  private static void rename(Node producer, String from, String to) {
    for (int i = 0; i < producer.outputs().size(); i++) {
      if (producer.output(i).equals(from)) {
        producer.setOutput(i, to);
      }
    }
  }
}
