package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.AxisTracer.describe;
import static dev.modelcompression.passes.prune.AxisTracer.fixed;
import static dev.modelcompression.passes.prune.Coupling.FIXED;

import dev.modelcompression.onnx.Node;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Operators that keep channels apart: element by element, or one parameter per channel. */
final class ElementwiseRules {
  private ElementwiseRules() {}

  /** Every output has the axes of the first input; other inputs are scalars. */
  static void unary(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    for (int i = 0; i < node.outputs().size(); i++) {
      tracer.output(node, i, x);
    }
  }

  /** Operands that broadcast to one another, axes aligned at the last. */
  static void broadcast(AxisTracer tracer, Node node) {
    int inputs = node.inputs().size();
    int[][][] operands = new int[inputs][][];
    long[][] dims = new long[inputs][];
    for (int i = 0; i < inputs; i++) {
      operands[i] = tracer.operand(node, i);
      dims[i] = tracer.dims(node.input(i));
    }
    int rank = Arrays.stream(dims).mapToInt(d -> d.length).max().orElse(0);
    tracer.output(node, 0, join(tracer, node, operands, dims, rank, rank));
  }

  /** Couples the axes of an output with those of one more operand that broadcasts to it. */
  static void joinTo(AxisTracer tracer, Node node, int[][] out, long[] outDims, int input) {
    int[][] operand = tracer.operand(node, input);
    long[] dims = tracer.dims(node.input(input));
    int shift = out.length - dims.length;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] != 1 && outDims[shift + axis] != 1) {
        tracer.coupling().join(operand[axis], out[shift + axis], tracer.fixedReason(node, input));
      }
    }
  }

  /** Couples all but the last two axes of two operands; the last two of the result are fixed. */
  static int[][] joinLeading(AxisTracer tracer, Node node, int[][] a, int[][] b, int leading) {
    long[][] dims = {tracer.dims(node.input(0)), tracer.dims(node.input(1))};
    return join(tracer, node, new int[][][] {a, b}, dims, leading + 2, leading);
  }

  private static int[][] join(
      AxisTracer tracer, Node node, int[][][] operands, long[][] dims, int rank, int upTo) {
    int[][] out = fixed(rank);
    for (int axis = 0; axis < upTo; axis++) {
      int fromEnd = rank - axis;
      int[] sharing =
          IntStream.range(0, operands.length)
              .filter(i -> dims[i].length >= fromEnd && dims[i][dims[i].length - fromEnd] != 1)
              .toArray();
      int[][] axes = new int[sharing.length][];
      Arrays.setAll(axes, k -> operands[sharing[k]][dims[sharing[k]].length - fromEnd]);
      out[axis] = joinAll(tracer, node, axes, sharing);
    }
    return out;
  }

  /** One axis for many: coupled when all are traced, pinned when one of them is fixed. */
  static int[] joinAll(AxisTracer tracer, Node node, int[][] axes, int[] inputs) {
    int[] out = FIXED;
    for (int[] axis : axes) {
      if (axis.length > 0 && out.length > 0) {
        tracer.coupling().join(out, axis, "");
      }
      out = out.length > 0 ? out : axis;
    }
    for (int k = 0; k < axes.length; k++) {
      if (axes[k].length == 0 && out.length > 0) {
        tracer.coupling().pin(out, tracer.fixedReason(node, inputs[k]));
        return FIXED;
      }
    }
    return out;
  }

  /** X [N, C, ...] and parameters [C]: batch and instance normalization. */
  static void perChannel(AxisTracer tracer, Node node) {
    boolean training = node.attribute("training_mode", 0L) != 0 || node.outputs().size() > 1;
    boolean computed =
        IntStream.range(1, node.inputs().size()).anyMatch(i -> tracer.constant(node, i).isEmpty());
    if (training || computed) {
      tracer.block(
          node,
          describe(node)
              + (training ? " is in training mode" : " has parameters that are computed"));
      return;
    }
    int[][] x = tracer.data(node, 0);
    for (int i = 1; i < node.inputs().size(); i++) {
      int[] parameter = tracer.slice(node, i, 0, AxisRole.PER_CHANNEL);
      tracer.coupling().join(parameter, x[1], tracer.fixedReason(node, 0));
    }
    if (node.is("InstanceNormalization")) {
      tracer.pinOthers(x, describe(node) + " normalizes over this axis", 0, 1);
    }
    tracer.output(node, 0, x);
  }

  /**
   * Operators whose result for one channel depends on the others: those axes are pinned, because
   * removing even a channel of zeros would change the rest.
   */
  static void mixing(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    for (int axis : mixedAxes(tracer, node, x.length)) {
      tracer.coupling().pin(x[axis], describe(node) + " mixes the channels of this axis");
      x[axis] = FIXED;
    }
    for (int i = 1; i < node.inputs().size(); i++) {
      if (tracer.constant(node, i).isEmpty() && node.hasInput(i)) {
        tracer.block(node, describe(node) + " has parameters that are computed");
        return;
      }
    }
    tracer.output(node, 0, x);
  }

  private static int[] mixedAxes(AxisTracer tracer, Node node, int rank) {
    return switch (node.opType()) {
      case "LRN", "GroupNormalization" -> IntStream.range(1, rank).toArray();
      case "MeanVarianceNormalization" -> {
        long[] axes = node.attribute("axes", new long[] {0, 2, 3});
        yield Arrays.stream(axes).mapToInt(axis -> index(axis, rank)).toArray();
      }
      case "LpNormalization" -> new int[] {index(node.attribute("axis", -1L), rank)};
      case "LayerNormalization", "RMSNormalization" ->
          IntStream.range(index(node.attribute("axis", -1L), rank), rank).toArray();
      default -> softmaxAxes(tracer, node, rank);
    };
  }

  /** Before opset 13 Softmax and its kin flattened all axes from {@code axis} on into one. */
  private static int[] softmaxAxes(AxisTracer tracer, Node node, int rank) {
    boolean flattens = tracer.opset() < 13;
    int axis = index(node.attribute("axis", flattens ? 1L : -1L), rank);
    return flattens ? IntStream.range(axis, rank).toArray() : new int[] {axis};
  }

  /** A possibly negative axis as an index. */
  static int index(long axis, int rank) {
    return Math.toIntExact(axis < 0 ? axis + rank : axis);
  }
}
