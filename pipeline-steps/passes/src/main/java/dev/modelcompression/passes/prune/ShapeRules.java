package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.AxisTracer.describe;
import static dev.modelcompression.passes.prune.AxisTracer.fixed;
import static dev.modelcompression.passes.prune.Coupling.FIXED;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Operators that arrange the same elements under other axes. */
final class ShapeRules {
  private ShapeRules() {}

  /** The target's entries for channel axes follow the channels. */
  static void reshape(AxisTracer tracer, Node node) {
    int[][] out = regrouped(tracer, node);
    if (tracer.tensor(node, 1).isPresent()) {
      editSizes(tracer, node, 1, axis -> out[axis]);
    } else {
      pinStatedSizes(tracer, node, out);
    }
    tracer.output(node, 0, out);
  }

  /** Flatten, Squeeze and Unsqueeze state no sizes: the two shapes say everything. */
  static void regroup(AxisTracer tracer, Node node) {
    tracer.output(node, 0, regrouped(tracer, node));
  }

  static void transpose(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    long[] reverse = IntStream.range(0, x.length).mapToLong(i -> x.length - 1 - i).toArray();
    long[] order = node.attribute("perm", reverse);
    int[][] out = fixed(x.length);
    Arrays.setAll(out, axis -> x[(int) order[axis]]);
    tracer.output(node, 0, out);
  }

  /** Axes that are repeated must be of length 1, and are fixed; the others pass. */
  static void expand(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    int[][] out = fixed(tracer.dims(node.output()).length);
    System.arraycopy(x, 0, out, out.length - x.length, x.length);
    var target = tracer.tensor(node, 1);
    if (target.isEmpty()) {
      pinStatedSizes(tracer, node, out);
    } else {
      int skipped = out.length - Math.toIntExact(target.get().elementCount());
      editSizes(tracer, node, 1, k -> out[skipped + k]);
    }
    tracer.output(node, 0, out);
  }

  /** Reading the length of a channel axis pins it: where the number goes cannot be followed. */
  static void shape(AxisTracer tracer, Node node) {
    int[][] x = tracer.data(node, 0);
    for (int axis = 0; axis < x.length; axis++) {
      if (x[axis].length > 0 && readsLength(tracer, node, axis, x.length)) {
        tracer.coupling().pin(x[axis], describe(node) + " reads the number of channels");
      }
    }
  }

  private static boolean readsLength(AxisTracer tracer, Node node, int axis, int rank) {
    int start = clamp(node.attribute("start", 0L), rank);
    int end = clamp(node.attribute("end", (long) rank), rank);
    if (axis < start || axis >= end) {
      return false;
    }
    var graph = tracer.graph();
    boolean escapes = graph.isOutput(node.output()) || graph.isCaptured(node.output());
    return escapes
        || graph.consumers(node.output()).stream()
            .anyMatch(reader -> !selectsOthers(tracer, reader, axis - start, end - start));
  }

  private static boolean selectsOthers(AxisTracer tracer, Node reader, int entry, int length) {
    if (!reader.is("Gather")) {
      return false;
    }
    return tracer.tensor(reader, 1).map(Tensor::longs).stream()
        .anyMatch(
            picked ->
                Arrays.stream(picked).noneMatch(i -> ElementwiseRules.index(i, length) == entry));
  }

  /**
   * Keeps a constant list of sizes right: positive entries of traced axes become the number of
   * channels kept.
   */
  static void editSizes(AxisTracer tracer, Node node, int input, IntFunction<int[]> axisOf) {
    long[] sizes = tracer.tensor(node, input).orElseThrow().longs();
    boolean stated =
        IntStream.range(0, sizes.length).anyMatch(k -> sizes[k] > 0 && axisOf.apply(k).length > 0);
    if (!stated) {
      return;
    }
    tracer.edit(
        kept -> {
          long[] edited = sizes.clone();
          for (int k = 0; k < edited.length; k++) {
            int[] units = axisOf.apply(k);
            edited[k] = edited[k] > 0 && units.length > 0 ? kept.count(units) : edited[k];
          }
          if (!Arrays.equals(edited, sizes)) {
            tracer.replaceConstant(node, input, edited);
          }
        });
  }

  /**
   * A computed target is fine where it says 0 (as before) or −1 (the rest) for channel axes, as
   * exporters write {@code x.view(x.size(0), -1)}.
   */
  private static void pinStatedSizes(AxisTracer tracer, Node node, int[][] out) {
    for (int axis = 0; axis < out.length; axis++) {
      boolean free = entry(tracer, node, axis).filter(size -> size <= 0).isPresent();
      if (out[axis].length > 0 && !free) {
        tracer.coupling().pin(out[axis], describe(node) + " has a target shape that is computed");
        out[axis] = FIXED;
      }
    }
  }

  /** One entry of a target that is a {@code Concat} of scalars and constants. */
  private static Optional<Long> entry(AxisTracer tracer, Node node, int axis) {
    var concat = tracer.graph().producer(node.input(1)).filter(n -> n.is("Concat"));
    if (concat.isEmpty()) {
      return Optional.empty();
    }
    int at = 0;
    for (int i = 0; i < concat.get().inputs().size(); i++) {
      var part = tracer.tensor(concat.get(), i);
      long length = tracer.shape(concat.get().input(i)).map(dims -> dims[0]).orElse(-1L);
      if (length < 0) {
        return Optional.empty();
      }
      if (axis < at + length) {
        int inside = axis - at;
        return part.map(tensor -> tensor.longs()[inside]);
      }
      at += Math.toIntExact(length);
    }
    return Optional.empty();
  }

  /** Axes of the first output of a node that keeps elements in their order. */
  private static int[][] regrouped(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    long[] before = tracer.dims(node.input(0));
    long[] after = tracer.dims(node.output());
    int[][] out = fixed(after.length);
    var pairs = AxisFactors.match(before, after);
    boolean[] matched = new boolean[x.length];
    for (var pair : pairs) {
      pair.from().forEach(axis -> matched[axis] = true);
      regroup(tracer, node, x, pair, after, out);
    }
    for (int axis = 0; axis < x.length; axis++) {
      if (!matched[axis]) {
        tracer.coupling().pin(x[axis], describe(node) + " regroups this axis in an unknown way");
      }
    }
    return out;
  }

  private static void regroup(
      AxisTracer tracer, Node node, int[][] x, AxisFactors pair, long[] after, int[][] out) {
    List<Integer> traced = pair.from().stream().filter(axis -> x[axis].length > 0).toList();
    if (traced.isEmpty()) {
      return;
    }
    int axis = traced.get(0);
    boolean alone = traced.size() == 1;
    if (alone && axis == pair.from().get(0) && outermost(tracer, x[axis], pair, after, out)) {
      return;
    }
    if (alone && pair.to().size() == 1) {
      out[pair.to().get(0)] = merge(tracer.dims(node.input(0)), x, pair.from(), axis);
    } else {
      traced.forEach(
          at -> tracer.coupling().pin(x[at], describe(node) + " mixes this axis with others"));
    }
  }

  /** Channel c becomes the places [c·inner, (c+1)·inner) within every outer block. */
  private static int[] merge(long[] dims, int[][] x, List<Integer> from, int traced) {
    int inner = 1;
    int total = 1;
    for (int axis : from) {
      inner *= axis > traced ? (int) dims[axis] : 1;
      total *= (int) dims[axis];
    }
    int[] units = new int[total];
    for (int i = 0; i < total; i++) {
      units[i] = x[traced][i / inner % x[traced].length];
    }
    return units;
  }

  /**
   * Outermost channels stay outermost: each becomes several indices, or whole blocks of them become
   * one and go together. False when blocks would overlap.
   */
  private static boolean outermost(
      AxisTracer tracer, int[] units, AxisFactors pair, long[] after, int[][] out) {
    int to = pair.to().get(0);
    int length = Math.toIntExact(after[to]);
    if (length % units.length == 0) {
      out[to] = new int[length];
      Arrays.setAll(out[to], i -> units[i / (length / units.length)]);
    } else if (units.length % length == 0) {
      int block = units.length / length;
      for (int i = 0; i < units.length; i++) {
        tracer.coupling().join(units[i], units[i / block * block]);
      }
      out[to] = new int[length];
      Arrays.setAll(out[to], i -> units[i * block]);
    }
    return out[to].length > 0;
  }

  private static int clamp(long position, int length) {
    long index = position < 0 ? position + length : position;
    return (int) Math.max(0, Math.min(length, index));
  }
}
