package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes nodes whose output provably equals their input:
 *
 * <ol>
 *   <li>Identity, Dropout in inference, Concat of one value, Relu of a Relu
 *   <li>Cast to the type that the value has
 *   <li>Reshape, Flatten, Squeeze, Unsqueeze and Expand to the shape that the value has
 *   <li>Transpose that moves no axis
 *   <li>Pad by nothing, Slice of everything
 *   <li>Add or Sub of 0, Mul or Div by 1
 * </ol>
 *
 * <p>Max, Min, Sum and Mean of one value stay: by these a model keeps a runtime from merging what
 * is before and behind.
 */
public final class EliminateIdentity implements GraphPass {
  private static final long TO_THE_END = Integer.MAX_VALUE;

  @Override
  public String id() {
    return "eliminate-identity";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    var shapes = ShapeInference.infer(model, Map.of());
    int removed = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      var source = source(model, shapes, node);
      if (source.isPresent()
          && Rewiring.hasOneUsedOutput(graph, node)
          && Rewiring.bypass(graph, node, source.get())) {
        removed++;
      }
    }
    return new PassResult(id(), removed);
  }

  /** The input that the first output equals. */
  private static Optional<String> source(Model model, Shapes shapes, Node node) {
    if (!node.domain().isEmpty() || !node.hasInput(0)) {
      return Optional.empty();
    }
    var graph = model.graph();
    return switch (node.opType()) {
      case "Identity" -> Optional.of(node.input(0));
      case "Dropout" -> first(node, isInference(graph, node));
      case "Concat" -> first(node, node.inputs().size() == 1);
      case "Relu" ->
          first(node, graph.producer(node.input(0)).filter(n -> n.is("Relu")).isPresent());
      case "Cast" -> first(node, castsToOwnType(shapes, node));
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> first(node, keepsShape(shapes, node));
      case "Expand" -> first(node, hasOwnFixedShape(shapes, node));
      case "Transpose" -> first(node, movesNoAxis(node));
      case "Pad" -> first(node, padsNothing(graph, node));
      case "Slice" -> first(node, slicesEverything(graph, shapes, node));
      case "Add", "Mul" ->
          neutral(graph, shapes, node, 1).or(() -> neutral(graph, shapes, node, 0));
      case "Sub", "Div" -> neutral(graph, shapes, node, 1);
      default -> Optional.empty();
    };
  }

  private static Optional<String> first(Node node, boolean proven) {
    return proven ? Optional.of(node.input(0)) : Optional.empty();
  }

  private static boolean isInference(Graph graph, Node dropout) {
    return !dropout.hasInput(2)
        || graph.constant(dropout.input(2)).filter(mode -> mode.longValue() == 0).isPresent();
  }

  private static boolean castsToOwnType(Shapes shapes, Node cast) {
    var type = shapes.type(cast.input(0));
    return type != DataType.UNDEFINED && type.code() == cast.attribute("to", 0L);
  }

  /**
   * For operators that keep all elements: equal dimensions, of which one may be unknown on both
   * sides, since the number of elements settles it.
   */
  private static boolean keepsShape(Shapes shapes, Node node) {
    var before = shapes.shape(node.input(0));
    var after = shapes.shape(node.output());
    if (before.isEmpty() || after.isEmpty() || !Arrays.equals(before.get(), after.get())) {
      return false;
    }
    long unknown = Arrays.stream(before.get()).filter(dim -> dim < 0).count();
    return unknown == 0 || (unknown == 1 && Arrays.stream(before.get()).noneMatch(dim -> dim == 0));
  }

  private static boolean hasOwnFixedShape(Shapes shapes, Node node) {
    var before = shapes.fixedShape(node.input(0));
    var after = shapes.fixedShape(node.output());
    return before.isPresent() && after.isPresent() && Arrays.equals(before.get(), after.get());
  }

  private static boolean movesNoAxis(Node transpose) {
    var perm = transpose.attribute("perm", new long[0]);
    for (int i = 0; i < perm.length; i++) {
      if (perm[i] != i) {
        return false;
      }
    }
    return perm.length > 0;
  }

  private static boolean padsNothing(Graph graph, Node pad) {
    return graph
        .constant(pad.input(1))
        .filter(pads -> Arrays.stream(pads.longs()).allMatch(p -> p == 0))
        .isPresent();
  }

  private static boolean slicesEverything(Graph graph, Shapes shapes, Node slice) {
    var starts = graph.constant(slice.input(1)).map(Tensor::longs);
    var ends = graph.constant(slice.input(2)).map(Tensor::longs);
    if (starts.isEmpty() || ends.isEmpty() || !stepsByOne(graph, slice)) {
      return false;
    }
    var before = shapes.fixedShape(slice.input(0));
    boolean fromTheStart = Arrays.stream(starts.get()).allMatch(start -> start == 0);
    boolean toTheEnd = Arrays.stream(ends.get()).allMatch(end -> end >= TO_THE_END);
    return fromTheStart && (toTheEnd || (before.isPresent() && hasOwnFixedShape(shapes, slice)));
  }

  private static boolean stepsByOne(Graph graph, Node slice) {
    return !slice.hasInput(4)
        || graph
            .constant(slice.input(4))
            .filter(steps -> Arrays.stream(steps.longs()).allMatch(step -> step == 1))
            .isPresent();
  }

  /** The other input, when input {@code side} is one number that changes nothing. */
  private static Optional<String> neutral(Graph graph, Shapes shapes, Node node, int side) {
    String other = node.input(1 - side);
    double neutral = node.isAny("Add", "Sub") ? 0 : 1;
    var rank = shapes.shape(other).map(dims -> dims.length);
    return graph
        .constant(node.input(side))
        .filter(c -> c.type() == DataType.FLOAT && c.elementCount() == 1)
        .filter(c -> c.floatValue() == neutral)
        .filter(c -> rank.isPresent() && c.rank() <= rank.get())
        .map(c -> other);
  }
}
