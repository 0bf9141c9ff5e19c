package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which nodes could give tensors of very many dimensions, before native inference runs: it
 * writes a message for every dimension. An input that is declared with 2⁴⁰ elements and read as a
 * shape, or thirty Gather in a row that each double the rank, would take all memory out of a file
 * of 200 bytes.
 *
 * <p>Bounds ranks and numbers of elements from above by the graph alone; what it cannot bound
 * counts as unbounded, and is asked about again when more shapes are known.
 */
final class RankGuard {
  /** More dimensions than any model has. */
  static final long MAX_RANK = 64;

  private static final long UNBOUNDED = 1L << 60;

  /** Inputs that hold the shape of the result, by operator. */
  private static final Map<String, List<Integer>> SHAPE_INPUTS =
      Map.of(
          "AffineGrid", List.of(1),
          "CenterCropPad", List.of(1),
          "Col2Im", List.of(1, 2),
          "ConstantOfShape", List.of(0),
          "Expand", List.of(1),
          "Reshape", List.of(1),
          "Resize", List.of(3));

  /** Give no more elements than their largest input has, when all are scalars or vectors. */
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Abs",
          "Add",
          "Cast",
          "Ceil",
          "Clip",
          "Div",
          "Floor",
          "Identity",
          "Max",
          "Min",
          "Mod",
          "Mul",
          "Neg",
          "Slice",
          "Squeeze",
          "Sub",
          "Unsqueeze",
          "Where");

  /** Give what subgraphs and sequences hold. */
  private static final Set<String> HOLDERS =
      Set.of("If", "Loop", "Scan", "SequenceMap", "SequenceAt", "ConcatFromSequence", "Optional");

  private final @Nullable RankGuard outer;
  private final Map<String, Long> lengths = new HashMap<>();
  private final Map<String, Long> ranks = new HashMap<>();

  private RankGuard(@Nullable RankGuard outer) {
    this.outer = outer;
  }

  /** Bounds for a graph, which may read values of the graph around it. */
  static RankGuard of(GraphProto graph, @Nullable RankGuard outer) {
    var guard = new RankGuard(outer);
    for (var tensor : graph.getInitializerList()) {
      guard.put(tensor.getName(), elements(tensor.getDimsList()), tensor.getDimsCount());
    }
    graph.getValueInfoList().forEach(value -> guard.declare(value.getName(), value.getType()));
    if (outer == null) {
      graph.getInputList().forEach(value -> guard.declare(value.getName(), value.getType()));
    }
    graph.getNodeList().forEach(guard::follow);
    return guard;
  }

  /** Bounds for the nodes of a function, of whose inputs nothing is known. */
  static RankGuard of(List<NodeProto> function) {
    var guard = new RankGuard(null);
    function.forEach(guard::follow);
    return guard;
  }

  /** Indices of the inputs that hold the shape of a node's result. */
  static List<Integer> shapeInputs(NodeProto node) {
    return SHAPE_INPUTS.getOrDefault(node.getOpType(), List.of());
  }

  /** Whether no inference of the node can write more than {@link #MAX_RANK} dimensions. */
  boolean isHarmless(NodeProto node) {
    if (!NodeChecks.isStandard(node)) {
      return true;
    }
    return node.getOpType().equals("Gather")
        ? rank(node) <= MAX_RANK
        : shapeInputs(node).stream().allMatch(input -> length(node, input) <= MAX_RANK);
  }

  private void put(String name, long length, long rank) {
    lengths.put(name, length);
    ranks.put(name, rank);
  }

  private void declare(String name, TypeProto type) {
    if (!type.hasTensorType() || !type.getTensorType().hasShape()) {
      put(name, UNBOUNDED, UNBOUNDED);
      return;
    }
    var dims = type.getTensorType().getShape().getDimList();
    // A dimension that is open here stays open in what inference makes of it.
    var known = dims.stream().map(dim -> dim.hasDimValue() ? dim.getDimValue() : 1L).toList();
    put(name, elements(known), dims.size());
  }

  private void follow(NodeProto node) {
    long length = bounded(length(node));
    long rank = bounded(rank(node));
    for (String output : node.getOutputList()) {
      if (NodeChecks.isStandard(node) || !ranks.containsKey(output)) {
        put(output, length, rank);
      }
    }
  }

  private static long bounded(long bound) {
    return Math.min(UNBOUNDED, bound);
  }

  /** Product of the dimensions above one. */
  private static long elements(List<Long> dims) {
    long product = 1;
    for (long dim : dims) {
      product = product > UNBOUNDED / Math.max(1, dim) ? UNBOUNDED : product * Math.max(1, dim);
    }
    return product;
  }

  private long length(NodeProto node) {
    String operator = NodeChecks.isStandard(node) ? node.getOpType() : "";
    if (ELEMENTWISE.contains(operator)) {
      return largest(node, true);
    }
    return switch (operator) {
      case "Constant" ->
          Constants.value(new Node(node)).map(Tensor::elementCount).orElse(UNBOUNDED);
      case "Shape" -> rank(node, 0);
      case "Size", "ReduceProd" -> 1;
      case "Gather" ->
          rank(node, 0) <= 1
              ? length(node, 1)
              : elements(List.of(length(node, 0), length(node, 1)));
      case "Concat" ->
          node.getInputList().stream()
              .mapToLong(name -> find(name, true))
              .reduce(0, (a, b) -> bounded(a + b));
      default -> UNBOUNDED;
    };
  }

  private long rank(NodeProto node) {
    if (!NodeChecks.isStandard(node) || HOLDERS.contains(node.getOpType())) {
      return UNBOUNDED;
    }
    return switch (node.getOpType()) {
      case "Constant" -> Constants.value(new Node(node)).map(t -> (long) t.rank()).orElse(1L);
      case "Shape" -> 1;
      case "Size" -> 0;
      case "Gather", "GatherND" -> rank(node, 0) + rank(node, 1);
      case "Unsqueeze" -> rank(node, 0) + axes(node);
      case "Squeeze" -> Math.max(0, rank(node, 0) - axes(node));
      case "ConstantOfShape" -> length(node, 0);
      case "Reshape" -> length(node, 1);
      case "Expand" -> Math.max(rank(node, 0), length(node, 1));
      default -> largest(node, false);
    };
  }

  /** Axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since. */
  private long axes(NodeProto node) {
    long listed = new Node(node).attribute("axes", new long[0]).length;
    long given = length(node, 1);
    return listed > 0 ? listed : given == UNBOUNDED ? 0 : given;
  }

  private long largest(NodeProto node, boolean ofLengths) {
    return node.getInputList().stream().mapToLong(name -> find(name, ofLengths)).max().orElse(0);
  }

  private long length(NodeProto node, int input) {
    return input < node.getInputCount() ? find(node.getInput(input), true) : 0;
  }

  private long rank(NodeProto node, int input) {
    return input < node.getInputCount() ? find(node.getInput(input), false) : 0;
  }

  private long find(String name, boolean ofLengths) {
    if (name.isEmpty()) {
      return 0;
    }
    Long bound = (ofLengths ? lengths : ranks).get(name);
    if (bound != null) {
      return bound;
    }
    return outer == null ? UNBOUNDED : outer.find(name, ofLengths);
  }
}
