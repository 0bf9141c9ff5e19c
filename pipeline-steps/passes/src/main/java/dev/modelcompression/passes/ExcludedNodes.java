package dev.modelcompression.passes;

import dev.modelcompression.onnx.Graph;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The nodes that a user wants left alone, the field {@code exclude} of a step. */
public final class ExcludedNodes {
  private static final int LAYERS_IN_MESSAGE = 5;

  private ExcludedNodes() {}

  /**
   * Refuses names that no node has, so that a typing mistake does not go unnoticed.
   *
   * @param excluded labels of nodes
   * @throws IllegalArgumentException a node does not exist; the message names layers that do
   */
  public static void check(Graph graph, Set<String> excluded) {
    var unknown = new TreeSet<>(excluded);
    graph.nodes().forEach(node -> unknown.remove(node.label()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "exclude: no node '" + unknown.first() + "' in the model" + layers(graph));
    }
  }

  private static String layers(Graph graph) {
    var layers =
        graph.nodes().stream()
            .filter(node -> node.isAny("Conv", "ConvTranspose", "Gemm", "MatMul"))
            .map(node -> "'" + node.label() + "'")
            .toList();
    if (layers.isEmpty()) {
      return "";
    }
    return layers.stream()
        .limit(LAYERS_IN_MESSAGE)
        .collect(
            Collectors.joining(
                ", ", "; its layers are ", layers.size() > LAYERS_IN_MESSAGE ? ", …" : ""));
  }
}
