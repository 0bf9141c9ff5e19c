package dev.modelcompression.training.autograd;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Running mean and variance of batch normalizations: changed by training without a gradient.
 *
 * <p>Unlike weights they must not be shared: each node measures its own input. An exporter merges
 * them where they happened to be equal (an untrained network has all means 0 and variances 1), so
 * every node gets its own initializers back.
 */
final class RunningStatistics {
  private static final int MEAN = 3;
  private static final int VARIANCE = 4;

  private RunningStatistics() {}

  /**
   * Gives each batch normalization initializers of its own for mean and variance; edits the graph.
   *
   * @return their names
   */
  static Set<String> separate(Graph graph) {
    var names = new LinkedHashSet<String>();
    var taken = new HashSet<String>();
    for (Node node : graph.nodes("BatchNormalization")) {
      names.add(own(graph, node, MEAN, taken));
      names.add(own(graph, node, VARIANCE, taken));
    }
    return names;
  }

  private static String own(Graph graph, Node node, int input, Set<String> taken) {
    String source =
        Trainables.source(graph, node.input(input))
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        "node '"
                            + node.label()
                            + "' (BatchNormalization): input "
                            + input
                            + " '"
                            + node.input(input)
                            + "' must be an initializer to be trained"));
    boolean free = source.equals(node.input(input)) && graph.consumers(source).size() == 1;
    if (free && taken.add(source)) {
      return source;
    }
    String copy =
        graph.addInitializer(
            source + (input == MEAN ? "_mean" : "_var"), graph.initializer(source).orElseThrow());
    node.setInput(input, copy);
    taken.add(copy);
    return copy;
  }
}
