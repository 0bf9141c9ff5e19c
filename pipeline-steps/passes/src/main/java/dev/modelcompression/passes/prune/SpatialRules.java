package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.AxisTracer.describe;
import static dev.modelcompression.passes.prune.AxisTracer.fixed;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Operators that work on the space of each channel: pooling, reduction, padding, resizing. */
final class SpatialRules {
  private SpatialRules() {}

  /** X [N, C, ...] → [N, C, ...]. */
  static void pool(AxisTracer tracer, Node node) {
    if (!node.output(1).isEmpty()) {
      tracer.block(node, describe(node) + " outputs indices that count channels");
      return;
    }
    int[][] x = tracer.data(node, 0);
    tracer.pinOthers(x, describe(node) + " pools over this axis", 0, 1);
    tracer.output(node, 0, x);
  }

  /** Reductions pin the axes that they reduce; the axes are an attribute or a constant input. */
  static void reduce(AxisTracer tracer, Node node) {
    if (node.hasInput(1) && tracer.constant(node, 1).isEmpty()) {
      tracer.block(node, describe(node) + " has axes that are computed");
      return;
    }
    int[][] x = tracer.operand(node, 0);
    long[] axes =
        tracer
            .tensor(node, 1)
            .map(Tensor::longs)
            .orElseGet(() -> node.attribute("axes", new long[0]));
    if (axes.length == 0 && node.attribute("noop_with_empty_axes", 0L) != 0) {
      tracer.output(node, 0, x);
      return;
    }
    Set<Integer> reduced = new LinkedHashSet<>();
    for (int axis = 0; axis < x.length; axis++) {
      int at = axis;
      if (axes.length == 0
          || Arrays.stream(axes).anyMatch(a -> ElementwiseRules.index(a, x.length) == at)) {
        reduced.add(axis);
        tracer.coupling().pin(x[axis], describe(node) + " reduces this axis");
      }
    }
    boolean keep = node.attribute("keepdims", 1L) != 0;
    int[][] out = fixed(keep ? x.length : x.length - reduced.size());
    for (int axis = 0, to = 0; axis < x.length; axis++) {
      if (!reduced.contains(axis)) {
        out[to++] = x[axis];
      } else if (keep) {
        to++;
      }
    }
    tracer.output(node, 0, out);
  }

  /** Axes that grow are pinned; the others pass. */
  static void pad(AxisTracer tracer, Node node) {
    passUnchanged(tracer, node, describe(node) + " pads this axis");
  }

  /**
   * Axes that are resized are pinned; the others pass, and their entry in {@code sizes} follows
   * them.
   */
  static void resize(AxisTracer tracer, Node node) {
    if (node.hasInput(3) && tracer.constant(node, 3).isEmpty()) {
      tracer.block(node, describe(node) + " has sizes that are computed");
      return;
    }
    int[][] x = passUnchanged(tracer, node, describe(node) + " resizes this axis");
    if (node.hasInput(3)) {
      long[] every = new long[x.length];
      Arrays.setAll(every, axis -> axis);
      long[] axes = node.attribute("axes", every);
      ShapeRules.editSizes(tracer, node, 3, k -> x[ElementwiseRules.index(axes[k], x.length)]);
    }
  }

  private static int[][] passUnchanged(AxisTracer tracer, Node node, String reason) {
    int[][] x = tracer.operand(node, 0);
    long[] before = tracer.dims(node.input(0));
    long[] after = tracer.dims(node.output());
    for (int axis = 0; axis < x.length; axis++) {
      if (x[axis].length > 0 && before[axis] != after[axis]) {
        tracer.coupling().pin(x[axis], reason);
        x[axis] = Coupling.FIXED;
      }
    }
    tracer.output(node, 0, x);
    return x;
  }
}
