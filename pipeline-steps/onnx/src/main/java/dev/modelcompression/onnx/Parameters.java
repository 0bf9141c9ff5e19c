package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which constants are parameters, that is learned numbers, and which node uses them.
 *
 * <p>Parameters are all floating-point constants but quantization scales and the running statistics
 * of batch normalization, and integer constants where an operator takes quantized weights or
 * biases. Shapes, indices and zero points are not. A constant that reaches its operator through
 * quantization or a change of layout counts for that operator; one that several operators use
 * counts for the first.
 */
final class Parameters {
  /** Operators that hand a weight on, in their first input. */
  private static final Set<String> CARRIERS =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "Cast",
          "Identity",
          "Transpose",
          "Reshape",
          "Squeeze",
          "Unsqueeze");

  /** Inputs that take integer weights or biases, by operator. */
  private static final Map<String, Set<Integer>> INTEGER_WEIGHTS =
      Map.of(
          "DequantizeLinear", Set.of(0),
          "QLinearConv", Set.of(0, 3, 8),
          "ConvInteger", Set.of(0, 1),
          "QLinearMatMul", Set.of(0, 3),
          "MatMulInteger", Set.of(0, 1),
          "MatMulIntegerToFloat", Set.of(0, 1),
          "DynamicQuantizeMatMul", Set.of(1),
          "MatMulNBits", Set.of(1),
          "MatMulBnb4", Set.of(1),
          "QGemm", Set.of(0, 3, 6));

  /** Inputs that take floating-point numbers which are measured, not learned, by operator. */
  private static final Map<String, Set<Integer>> MEASURED =
      Map.of(
          "BatchNormalization", Set.of(3, 4),
          "QuantizeLinear", Set.of(1),
          "DequantizeLinear", Set.of(1),
          "QLinearConv", Set.of(1, 4, 6),
          "QLinearMatMul", Set.of(1, 4, 6),
          "MatMulIntegerToFloat", Set.of(2, 3),
          "DynamicQuantizeMatMul", Set.of(2),
          "MatMulNBits", Set.of(2),
          "MatMulBnb4", Set.of(2),
          "QGemm", Set.of(1, 4, 7));

  private Parameters() {}

  /** The parameters that count for each node; each tensor once. */
  static Map<Node, List<Tensor>> byNode(Graph graph) {
    var found = new HashMap<Node, List<Tensor>>();
    var counted = new HashSet<String>();
    for (Node node : graph.nodes()) {
      for (int i = 0; i < node.inputs().size(); i++) {
        var tensor = constant(graph, node.input(i));
        if (tensor.isPresent()
            && isParameter(node.opType(), i, tensor.get().type())
            && counted.add(node.input(i))) {
          found.computeIfAbsent(user(graph, node), key -> new ArrayList<>()).add(tensor.get());
        }
      }
      if (node.hasSubgraph()) {
        found.computeIfAbsent(node, key -> new ArrayList<>()).addAll(inside(node.proto()));
      }
    }
    return found;
  }

  /**
   * The constant of that very name, also one that a caller may override: it is stored with the
   * model either way. One behind an Identity counts where the Identity reads it.
   */
  static Optional<Tensor> constant(Graph graph, String name) {
    return graph
        .initializer(name)
        .or(
            () ->
                graph.producer(name).filter(node -> node.is("Constant")).flatMap(Constants::value));
  }

  private static boolean isParameter(String opType, int input, DataType type) {
    if (type.isFloatingPoint()) {
      return !MEASURED.getOrDefault(opType, Set.of()).contains(input);
    }
    boolean quantizedTable = opType.equals("Gather") && input == 0 && type.bits() <= 8;
    return quantizedTable || INTEGER_WEIGHTS.getOrDefault(opType, Set.of()).contains(input);
  }

  /** The first node that computes with what {@code node} hands on. */
  static Node user(Graph graph, Node node) {
    var user = node;
    while (user.domain().isEmpty() && CARRIERS.contains(user.opType())) {
      var readers = graph.consumers(user.output());
      if (readers.isEmpty()) {
        break;
      }
      user = readers.get(0);
    }
    return user;
  }

  private static List<Tensor> inside(NodeProto node) {
    var tensors = new ArrayList<Tensor>();
    for (var attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        collect(attribute.getG(), tensors);
      }
      attribute.getGraphsList().forEach(graph -> collect(graph, tensors));
    }
    return tensors;
  }

  private static void collect(GraphProto graph, List<Tensor> into) {
    Map<String, TensorProto> constants = new HashMap<>();
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    for (var node : graph.getNodeList()) {
      if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
        node.getAttributeList().stream()
            .filter(a -> a.hasT())
            .forEach(a -> constants.put(node.getOutput(0), a.getT()));
      }
    }
    for (var node : graph.getNodeList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        var tensor = constants.get(node.getInput(i));
        if (tensor != null && isParameter(node.getOpType(), i, DataType.of(tensor.getDataType()))) {
          into.add(new Tensor(tensor, null));
          constants.remove(node.getInput(i));
        }
      }
      into.addAll(inside(node));
    }
  }
}
