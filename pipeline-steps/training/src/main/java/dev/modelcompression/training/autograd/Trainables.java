package dev.modelcompression.training.autograd;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which initializers are parameters. What an initializer is for shows in who reads it at which
 * input, not in its type: a shape, a clipping bound or a mask is no parameter.
 *
 * <p>An initializer behind Identity, Transpose, Reshape, Squeeze or Unsqueeze counts too. One that
 * several nodes read, directly or through Identity, stays one parameter: it gets the sum of their
 * gradients. Exporters merge equal weights that way, and the file cannot tell those from weights
 * that are shared on purpose; training them as one is right for both and keeps the graph as it is.
 */
final class Trainables {
  /** What a parameter is for. */
  enum Role {
    /** Multiplies inputs: weight decay applies. */
    WEIGHT,
    /** Shifts or scales a channel: weight decay would only do harm. */
    SHIFT_OR_SCALE
  }

  private static final Map<String, Map<Integer, Role>> POSITIONS =
      Map.ofEntries(
          Map.entry("Conv", Map.of(1, Role.WEIGHT, 2, Role.SHIFT_OR_SCALE)),
          Map.entry("ConvTranspose", Map.of(1, Role.WEIGHT, 2, Role.SHIFT_OR_SCALE)),
          Map.entry("Gemm", Map.of(0, Role.WEIGHT, 1, Role.WEIGHT, 2, Role.SHIFT_OR_SCALE)),
          Map.entry("MatMul", Map.of(0, Role.WEIGHT, 1, Role.WEIGHT)),
          Map.entry("Gather", Map.of(0, Role.WEIGHT)),
          Map.entry("PRelu", Map.of(1, Role.SHIFT_OR_SCALE)),
          Map.entry("BatchNormalization", shiftAndScale()),
          Map.entry("LayerNormalization", shiftAndScale()),
          Map.entry("InstanceNormalization", shiftAndScale()),
          Map.entry("GroupNormalization", shiftAndScale()),
          Map.entry("Add", Map.of(0, Role.SHIFT_OR_SCALE, 1, Role.SHIFT_OR_SCALE)),
          Map.entry("Mul", Map.of(0, Role.SHIFT_OR_SCALE, 1, Role.SHIFT_OR_SCALE)));

  private static final Set<String> VIEWS =
      Set.of("Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze");

  /** An attention mask holds huge negative numbers; no bias does. */
  private static final float LARGEST_BIAS = 1e4f;

  private Trainables() {}

  /**
   * Parameters by initializer name, in the order of their first reader.
   *
   * @param nodes the nodes to look at, in execution order
   * @throws UnsupportedModelException a parameter is not FLOAT
   */
  static Map<String, Role> of(Graph graph, Iterable<Node> nodes) {
    var roles = new LinkedHashMap<String, Role>();
    for (Node node : nodes) {
      var positions =
          node.domain().isEmpty()
              ? POSITIONS.getOrDefault(node.opType(), Map.of())
              : Map.<Integer, Role>of();
      for (int input = 0; input < node.inputs().size(); input++) {
        var role = positions.get(input);
        if (role == null) {
          continue;
        }
        var source = source(graph, node.input(input));
        if (source.isPresent() && isParameter(graph, node, input, source.get())) {
          roles.merge(source.get(), role, (a, b) -> a == Role.WEIGHT ? a : b);
        }
      }
    }
    return roles;
  }

  /** The initializer that a value is, seen through operators that move no element's value. */
  static Optional<String> source(Graph graph, String value) {
    String current = value;
    while (true) {
      if (graph.initializer(current).isPresent()) {
        return Optional.of(current);
      }
      var producer =
          graph.producer(current).filter(node -> node.isAny(VIEWS.toArray(new String[0])));
      if (producer.isEmpty()) {
        return Optional.empty();
      }
      current = producer.get().input(0);
    }
  }

  private static boolean isParameter(Graph graph, Node node, int input, String name) {
    Tensor tensor = graph.initializer(name).orElseThrow();
    if (!tensor.type().isFloatingPoint() || tensor.elementCount() == 0) {
      return false;
    }
    if (node.isAny("Add", "Mul") && !isLearnedOperand(graph, node, input, tensor)) {
      return false;
    }
    if (tensor.type() != DataType.FLOAT) {
      throw new UnsupportedModelException(
          "initializer '"
              + name
              + "' of node '"
              + node.label()
              + "' has type "
              + tensor.type()
              + "; training needs FLOAT weights: fine-tune before converting to a narrower type");
    }
    return true;
  }

  /** Tells a bias, an embedding or a layer scale from input scaling, masks and plain numbers. */
  private static boolean isLearnedOperand(Graph graph, Node node, int input, Tensor tensor) {
    boolean readsInput = graph.isInput(node.input(1 - input));
    if (tensor.elementCount() == 1 || readsInput) {
      return false;
    }
    for (float value : tensor.floats()) {
      if (!(Math.abs(value) < LARGEST_BIAS)) {
        return false;
      }
    }
    return true;
  }

  private static Map<Integer, Role> shiftAndScale() {
    return Map.of(1, Role.SHIFT_OR_SCALE, 2, Role.SHIFT_OR_SCALE);
  }
}
