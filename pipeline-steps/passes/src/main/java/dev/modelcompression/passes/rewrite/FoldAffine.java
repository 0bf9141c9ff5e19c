package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.Arrays;
import java.util.Optional;

/**
 * Folds {@code Mul}, {@code Div}, {@code Add} and {@code Sub} by a constant, one number for all or
 * one an output channel, into the Conv, ConvTranspose, Gemm or MatMul before it.
 *
 * <p>MatMul has no bias, so that only scales go into it. A pair stays when something else reads the
 * value between the two.
 */
public final class FoldAffine implements GraphPass {
  @Override
  public String id() {
    return "fold-affine";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    int folded = 0;
    for (Node affine : graph.nodes().stream().filter(FoldAffine::isAffine).toList()) {
      for (int side = 0; side < 2; side++) {
        if (fold(graph, affine, side)) {
          folded++;
          break;
        }
      }
    }
    return new PassResult(id(), folded);
  }

  private static boolean isAffine(Node node) {
    return node.isAny("Mul", "Div", "Add", "Sub");
  }

  /** Folds when input {@code side} comes from a linear node and the other one is constant. */
  private static boolean fold(Graph graph, Node affine, int side) {
    String value = affine.input(side);
    var linear = graph.producer(value).filter(node -> graph.soleConsumer(value).isPresent());
    if (linear.isEmpty() || (side == 1 && affine.is("Div"))) {
      return false;
    }
    var node = linear.get();
    var channels = OutputAffine.channels(graph, node);
    if (channels.isEmpty() || (affine.isAny("Add", "Sub") && !OutputAffine.takesShift(node))) {
      return false;
    }
    var operand =
        graph
            .constant(affine.input(1 - side))
            .filter(c -> c.type() == DataType.FLOAT)
            .flatMap(c -> perChannel(graph, node, c, channels.getAsInt()));
    if (operand.isEmpty()) {
      return false;
    }
    var scale = new double[channels.getAsInt()];
    var shift = new double[channels.getAsInt()];
    for (int m = 0; m < scale.length; m++) {
      double c = operand.get()[m];
      switch (affine.opType()) {
        case "Mul" -> scale[m] = c;
        case "Div" -> scale[m] = 1 / c;
        case "Add" -> {
          scale[m] = 1;
          shift[m] = c;
        }
        default -> {
          scale[m] = side == 0 ? 1 : -1;
          shift[m] = side == 0 ? -c : c;
        }
      }
    }
    if (!Arrays.stream(scale).allMatch(Double::isFinite)) {
      return false;
    }
    OutputAffine.fold(graph, node, scale, shift);
    Rewiring.absorb(graph, node, affine);
    return true;
  }

  /** The constant as one number a channel, if that is how it broadcasts against the output. */
  private static Optional<double[]> perChannel(
      Graph graph, Node linear, Tensor constant, int channels) {
    int rank;
    int axis;
    if (linear.is("MatMul")) {
      rank = 1;
      axis = 0;
    } else {
      rank = graph.constant(linear.input(1)).orElseThrow().rank();
      axis = 1;
    }
    int missing = rank - constant.rank();
    if (missing < 0) {
      return Optional.empty();
    }
    for (int i = 0; i < constant.rank(); i++) {
      long dim = constant.dim(i);
      boolean fits = dim == 1 || (i + missing == axis && dim == channels);
      if (!fits) {
        return Optional.empty();
      }
    }
    var values = constant.floats();
    var spread = new double[channels];
    Arrays.setAll(spread, m -> values[values.length == 1 ? 0 : m]);
    return Optional.of(spread);
  }
}
