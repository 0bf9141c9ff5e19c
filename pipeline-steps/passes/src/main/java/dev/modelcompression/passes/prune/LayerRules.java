package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.AxisTracer.describe;
import static dev.modelcompression.passes.prune.AxisTracer.fixed;

import dev.modelcompression.onnx.Node;
import java.util.Arrays;

/**
 * Layers that compute channels from channels: convolutions and matrix products.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>
 */
final class LayerRules {
  private LayerRules() {}

  /** X [N, C, ...], W [M, C/group, ...], B [M] → [N, M, ...]. */
  static void conv(AxisTracer tracer, Node node) {
    convolution(tracer, node, false);
  }

  /** X [N, C, ...], W [C, M/group, ...], B [M] → [N, M, ...]. */
  static void convTranspose(AxisTracer tracer, Node node) {
    convolution(tracer, node, true);
  }

  private static void convolution(AxisTracer tracer, Node node, boolean transposed) {
    if (tracer.tensor(node, 1).isEmpty()
        || (node.hasInput(2) && tracer.constant(node, 2).isEmpty())) {
      tracer.block(node, describe(node) + " has weights that are computed");
      return;
    }
    int[][] x = tracer.data(node, 0);
    tracer.pinOthers(x, describe(node) + " slides over this axis", 0, 1);
    long[] weight = tracer.tensor(node, 1).orElseThrow().shape();
    int groups = Math.toIntExact(node.attribute("group", 1L));
    String value = transposed ? node.input(0) : node.output();
    double each = product(tracer.dims(value), 1) * product(weight, 0, 1);
    int[] filters;
    boolean oneFilterEach = weight[0] == groups;
    boolean depthwise = groups > 1 && weight[1] == 1 && (oneFilterEach || !transposed);
    if (depthwise && (oneFilterEach || x[1].length > 0)) {
      filters = depthwise(tracer, node, x[1], groups);
      tracer.work(node, each, filters);
    } else {
      int[] inner = tracer.slice(node, 1, transposed ? 0 : 1, AxisRole.INPUT);
      int[] outer = tracer.slice(node, 1, transposed ? 1 : 0, AxisRole.OUTPUT);
      tracer.work(node, each, inner, outer);
      alignGroups(tracer, transposed ? inner : outer, groups);
      int[] channels = transposed ? inner : repeat(inner, groups);
      filters = transposed ? repeat(outer, groups) : outer;
      tracer.coupling().join(channels, x[1], tracer.fixedReason(node, 0));
    }
    if (node.hasInput(2)) {
      int[] bias = tracer.slice(node, 2, 0, AxisRole.PER_CHANNEL);
      tracer.coupling().join(bias, filters, "");
    }
    int[][] out = fixed(x.length);
    out[0] = x[0];
    out[1] = filters;
    tracer.output(node, 0, out);
  }

  /** One or more filters for each channel: they go with it, and so does the group. */
  private static int[] depthwise(AxisTracer tracer, Node node, int[] channels, int groups) {
    int[] filters = tracer.depthwiseSlice(node, 1, 0);
    int perChannel = filters.length / groups;
    if (channels.length == 0) {
      tracer.coupling().pin(filters, tracer.fixedReason(node, 0));
      return filters;
    }
    for (int i = 0; i < filters.length; i++) {
      tracer.coupling().join(filters[i], channels[i / perChannel]);
    }
    tracer.edit(kept -> node.setAttribute("group", kept.count(channels)));
    return filters;
  }

  /** Groups stay of equal size when the same places go from each. */
  private static void alignGroups(AxisTracer tracer, int[] units, int groups) {
    int perGroup = units.length / groups;
    for (int i = perGroup; i < units.length; i++) {
      tracer.coupling().join(units[i], units[i % perGroup]);
    }
  }

  /** A, B and C as in {@code alpha · A' · B' + beta · C}, where transA and transB may apply. */
  static void gemm(AxisTracer tracer, Node node) {
    int rows = node.attribute("transA", 0L) == 0 ? 0 : 1;
    int inner = node.attribute("transB", 0L) == 0 ? 0 : 1;
    int[][] a = tracer.operand(node, 0);
    int[][] b = matrix(tracer, node, inner, 1 - inner);
    product(tracer, node, a, rows, b, inner);
    int[][] out = {a[rows], b[1 - inner]};
    if (node.hasInput(2)) {
      long[] dims = {
        tracer.dims(node.input(0))[rows], tracer.dims(node.input(1))[1 - inner],
      };
      ElementwiseRules.joinTo(tracer, node, out, dims, 2);
    }
    tracer.output(node, 0, out);
  }

  /** A [..., M, K], B [..., K, N] → [..., M, N]. */
  static void matMul(AxisTracer tracer, Node node) {
    int rankA = tracer.dims(node.input(0)).length;
    int rankB = tracer.dims(node.input(1)).length;
    if (rankA < 2 || rankB < 2) {
      tracer.block(node, describe(node) + " multiplies a vector");
      return;
    }
    int[][] a = tracer.operand(node, 0);
    int[][] b = matrix(tracer, node, rankB - 2, rankB - 1);
    product(tracer, node, a, rankA - 2, b, rankB - 2);
    int rank = Math.max(rankA, rankB);
    int[][] out = ElementwiseRules.joinLeading(tracer, node, a, b, rank - 2);
    out[rank - 2] = a[rankA - 2];
    out[rank - 1] = b[rankB - 1];
    tracer.output(node, 0, out);
  }

  /** Joins the inner axes of a product of matrices and counts its work. */
  private static void product(
      AxisTracer tracer, Node node, int[][] a, int rows, int[][] b, int inner) {
    int innerA = rows == a.length - 1 ? a.length - 2 : a.length - 1;
    int columns = inner == b.length - 1 ? b.length - 2 : b.length - 1;
    long[] dimsA = tracer.dims(node.input(0));
    long[] dimsB = tracer.dims(node.input(1));
    long[] batch = dimsA.length >= dimsB.length ? dimsA : dimsB;
    tracer.coupling().join(a[innerA], b[inner], tracer.fixedReason(node, 0));
    double each =
        product(Arrays.copyOf(batch, batch.length - 2))
            * lengthIfFixed(a[rows], dimsA[rows])
            * lengthIfFixed(b[inner], dimsB[inner])
            * lengthIfFixed(b[columns], dimsB[columns]);
    tracer.work(node, each, a[rows], b[inner], b[columns]);
  }

  /** Axes of the right operand: layer weights when constant. */
  private static int[][] matrix(AxisTracer tracer, Node node, int inner, int columns) {
    var constant = tracer.tensor(node, 1);
    if (constant.isEmpty()) {
      return tracer.data(node, 1);
    }
    int[][] traced = fixed(constant.get().rank());
    for (int axis = 0; axis < traced.length; axis++) {
      if (axis == inner) {
        traced[axis] = tracer.slice(node, 1, axis, AxisRole.INPUT);
      } else if (axis == columns) {
        traced[axis] = tracer.slice(node, 1, axis, AxisRole.OUTPUT);
      } else if (constant.get().dim(axis) > 1) {
        traced[axis] = tracer.slice(node, 1, axis, AxisRole.PER_CHANNEL);
      }
    }
    return traced;
  }

  private static double lengthIfFixed(int[] units, long length) {
    return units.length > 0 ? 1 : Math.max(1, length);
  }

  /** Product of the known dimensions but those of the axes left out. */
  private static double product(long[] dims, int... without) {
    double product = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      int at = axis;
      if (Arrays.stream(without).noneMatch(w -> w == at)) {
        product *= Math.max(1, dims[axis]);
      }
    }
    return product;
  }

  private static int[] repeat(int[] units, int times) {
    int[] repeated = new int[units.length * times];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = units[i % units.length];
    }
    return repeated;
  }
}
