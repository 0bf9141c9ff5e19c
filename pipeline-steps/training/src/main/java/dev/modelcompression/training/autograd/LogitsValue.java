package dev.modelcompression.training.autograd;

import dev.modelcompression.onnx.Graph;

/**
 * The value of a classifier that a loss is computed from.
 *
 * @param name of the value
 * @param beforeSoftmax whether the model turns it into probabilities, so that its output is not the
 *     value itself
 */
public record LogitsValue(String name, boolean beforeSoftmax) {
  /** The first output, or what goes into the softmax that makes it. */
  public static LogitsValue of(Graph graph) {
    String output = graph.outputs().get(0).name();
    return graph
        .producer(output)
        .filter(node -> node.is("Softmax"))
        .map(node -> new LogitsValue(node.input(0), true))
        .orElse(new LogitsValue(output, false));
  }
}
