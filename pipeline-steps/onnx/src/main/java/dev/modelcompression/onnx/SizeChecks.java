package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether nodes that make large tensors out of small constants stay within bounds: a runtime
 * computes them as soon as it loads the model, and a file of 150 bytes could take all memory.
 */
final class SizeChecks {
  /** Elements of one tensor that a node may make out of constants: 2²⁸, 1 GiB as FLOAT. */
  static final long MAX_ELEMENTS = 1L << 28;

  private SizeChecks() {}

  /**
   * Checks all nodes, also those in subgraphs.
   *
   * @throws InvalidModelException a node would make more than {@link #MAX_ELEMENTS}
   */
  static void check(Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.domain().isEmpty() || node.hasSubgraph()) {
        check(node.proto(), graph::constant);
      }
    }
  }

  /** Checks nodes of a function, which sees only its own constants. */
  static void check(List<NodeProto> nodes) {
    checkAll(nodes, constants(nodes), name -> Optional.empty());
  }

  private static void check(GraphProto graph, Function<String, Optional<Tensor>> outer) {
    var local = constants(graph.getNodeList());
    graph.getInitializerList().forEach(t -> local.put(t.getName(), new Tensor(t, null)));
    checkAll(graph.getNodeList(), local, outer);
  }

  private static void checkAll(
      List<NodeProto> nodes, Map<String, Tensor> local, Function<String, Optional<Tensor>> outer) {
    for (var node : nodes) {
      check(node, name -> Optional.ofNullable(local.get(name)).or(() -> outer.apply(name)));
    }
  }

  private static Map<String, Tensor> constants(List<NodeProto> nodes) {
    var constants = new HashMap<String, Tensor>();
    for (var node : nodes) {
      if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
        Constants.value(new Node(node)).ifPresent(t -> constants.put(node.getOutput(0), t));
      }
    }
    return constants;
  }

  private static void check(NodeProto node, Function<String, Optional<Tensor>> constants) {
    if (NodeChecks.isStandard(node)) {
      switch (node.getOpType()) {
        case "ConstantOfShape" -> limit(node, product(dims(node, 0, constants)));
        case "Expand", "Tile" -> limit(node, product(dims(node, 1, constants)));
        case "Resize" -> limit(node, product(dims(node, 3, constants)));
        case "OneHot" -> limit(node, product(dims(node, 1, constants)));
        case "RandomNormal", "RandomUniform" ->
            limit(node, product(new Node(node).attribute("shape", new long[0])));
        case "Range" -> limit(node, range(node, constants));
        default -> {}
      }
    }
    for (var attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        check(attribute.getG(), constants);
      }
      attribute.getGraphsList().forEach(graph -> check(graph, constants));
    }
  }

  private static long[] dims(
      NodeProto node, int input, Function<String, Optional<Tensor>> constants) {
    return constant(node, input, constants)
        .filter(t -> t.type() == DataType.INT64 || t.type() == DataType.INT32)
        .map(Tensor::longs)
        .orElse(new long[0]);
  }

  private static Optional<Tensor> constant(
      NodeProto node, int input, Function<String, Optional<Tensor>> constants) {
    return input < node.getInputCount()
        ? constants.apply(node.getInput(input)).filter(t -> t.elementCount() <= 64)
        : Optional.empty();
  }

  /** Product of the dimensions above one, stopped where it is too large anyway. */
  private static long product(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
      if (dim > 1) {
        product = product > Long.MAX_VALUE / dim ? Long.MAX_VALUE : product * dim;
      }
    }
    return product;
  }

  private static long range(NodeProto node, Function<String, Optional<Tensor>> constants) {
    var ends = new double[3];
    for (int i = 0; i < ends.length; i++) {
      var end = constant(node, i, constants).filter(t -> t.elementCount() == 1);
      if (end.isEmpty()) {
        return 0;
      }
      ends[i] = number(end.get());
    }
    double count = Math.ceil((ends[1] - ends[0]) / ends[2]);
    return Double.isNaN(count) ? 0 : (long) count;
  }

  private static double number(Tensor tensor) {
    return switch (tensor.type()) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> tensor.floatValue();
      case INT64, INT32, INT16 -> tensor.longValue();
      default -> 0;
    };
  }

  private static void limit(NodeProto node, long elements) {
    if (elements > MAX_ELEMENTS) {
      throw new InvalidModelException(
          Fault.node(node)
              + " makes a tensor of "
              + elements
              + " elements out of constants; at most "
              + MAX_ELEMENTS
              + " are allowed");
    }
  }
}
