package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.AxisTracer.describe;
import static dev.modelcompression.passes.prune.AxisTracer.fixed;
import static dev.modelcompression.passes.prune.Coupling.FIXED;
import static dev.modelcompression.passes.prune.ElementwiseRules.index;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that join tensors or take parts of them along an axis. */
final class PartRules {
  private PartRules() {}

  static void concat(AxisTracer tracer, Node node) {
    int inputs = node.inputs().size();
    int[][][] operands = new int[inputs][][];
    Arrays.setAll(operands, i -> tracer.operand(node, i));
    int rank = operands[0].length;
    int joined = index(node.attribute("axis", 0L), rank);
    int[] all = IntStream.range(0, inputs).toArray();
    int[][] out = fixed(rank);
    for (int axis = 0; axis < rank; axis++) {
      int at = axis;
      int[][] axes = Arrays.stream(operands).map(operand -> operand[at]).toArray(int[][]::new);
      out[axis] =
          axis == joined
              ? chained(tracer, node, axes)
              : ElementwiseRules.joinAll(tracer, node, axes, all);
    }
    tracer.output(node, 0, out);
  }

  /** The axes one after the other; parts that are fixed become units that are pinned. */
  private static int[] chained(AxisTracer tracer, Node node, int[][] axes) {
    long[] lengths = new long[axes.length];
    int axis = index(node.attribute("axis", 0L), tracer.dims(node.output()).length);
    Arrays.setAll(lengths, i -> tracer.dims(node.input(i))[axis]);
    boolean known = Arrays.stream(lengths).allMatch(length -> length >= 0);
    boolean any = Arrays.stream(axes).anyMatch(units -> units.length > 0);
    if (!known || !any) {
      List.of(axes)
          .forEach(
              units ->
                  tracer
                      .coupling()
                      .pin(units, describe(node) + " joins it with a part of unknown length"));
      return FIXED;
    }
    return IntStream.range(0, axes.length)
        .mapToObj(i -> axes[i].length > 0 ? axes[i] : pinned(tracer, node, i, lengths[i]))
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  private static int[] pinned(AxisTracer tracer, Node node, int input, long length) {
    int[] units = tracer.coupling().fresh(Math.toIntExact(length));
    tracer.coupling().pin(units, tracer.fixedReason(node, input));
    return units;
  }

  static void split(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    int axis = index(node.attribute("axis", 0L), x.length);
    int[] units = x[axis];
    int count = node.outputs().size();
    long[] sizes = new long[count];
    Arrays.setAll(sizes, i -> tracer.dims(node.output(i))[axis]);
    if (Arrays.stream(sizes).sum() != units.length) {
      tracer.coupling().pin(units, describe(node) + " splits it into parts of unknown length");
      x[axis] = FIXED;
    }
    int[][] pieces = new int[count][];
    for (int i = 0, at = 0; i < count; i++) {
      int[][] out = x.clone();
      if (x[axis].length > 0) {
        out[axis] = Arrays.copyOfRange(units, at, at += (int) sizes[i]);
        tracer.part(out[axis]);
      }
      pieces[i] = out[axis];
      tracer.output(node, i, out);
    }
    if (x[axis].length > 0) {
      tracer.edit(kept -> setSizes(tracer, node, kept, pieces));
    }
  }

  /** Sizes are an attribute before opset 13, an input since, and may be left out when equal. */
  private static void setSizes(AxisTracer tracer, Node node, Kept kept, int[][] pieces) {
    long[] sizes = Arrays.stream(pieces).mapToLong(kept::count).toArray();
    if (tracer.opset() < 13) {
      node.setAttribute("split", sizes);
    } else {
      node.removeAttribute("num_outputs");
      tracer.replaceConstant(node, 1, sizes);
    }
  }

  /** Sliced axes that are traced need constant bounds and step 1. */
  static void slice(AxisTracer tracer, Node node) {
    int[][] x = tracer.operand(node, 0);
    boolean constant =
        IntStream.range(1, node.inputs().size())
            .allMatch(i -> !node.hasInput(i) || tracer.constant(node, i).isPresent());
    if (!constant) {
      tracer.block(node, describe(node) + " has bounds that are computed");
      return;
    }
    long[] starts = longs(tracer, node, 1, new long[0]);
    long[] ends = longs(tracer, node, 2, new long[0]);
    long[] axes =
        longs(tracer, node, 3, IntStream.range(0, starts.length).asLongStream().toArray());
    long[] ones = new long[starts.length];
    Arrays.fill(ones, 1);
    long[] steps = longs(tracer, node, 4, ones);
    for (int k = 0; k < starts.length; k++) {
      int axis = index(axes[k], x.length);
      if (x[axis].length > 0) {
        x[axis] = cut(tracer, node, x[axis], k, starts[k], ends[k], steps[k]);
      }
    }
    tracer.output(node, 0, x);
  }

  private static int[] cut(
      AxisTracer tracer, Node node, int[] units, int entry, long start, long end, long step) {
    if (step != 1) {
      tracer.coupling().pin(units, describe(node) + " takes it in steps");
      return FIXED;
    }
    int from = bound(start, units.length);
    int to = Math.max(from, bound(end, units.length));
    int[] piece = Arrays.copyOfRange(units, from, to);
    tracer.part(piece);
    tracer.edit(
        kept -> {
          tracer.replaceEntry(node, 1, entry, kept.countBefore(units, from));
          tracer.replaceEntry(node, 2, entry, kept.countBefore(units, to));
        });
    return piece;
  }

  private static int bound(long position, int length) {
    long index = position < 0 ? position + length : position;
    return (int) Math.max(0, Math.min(length, index));
  }

  /** Data and indices; a traced axis needs constant indices, of which those kept are renumbered. */
  static void gather(AxisTracer tracer, Node node) {
    long[] dims = tracer.dims(node.input(0));
    int axis = index(node.attribute("axis", 0L), dims.length);
    if (tracer.tensor(node, 0).isPresent() && tracer.tensor(node, 1).isEmpty()) {
      embedding(tracer, node, axis, dims.length);
      return;
    }
    int[][] x = tracer.data(node, 0);
    var indices = tracer.tensor(node, 1);
    int[] picked = FIXED;
    if (x[axis].length > 0 && (indices.isEmpty() || indices.get().rank() != 1)) {
      tracer
          .coupling()
          .pin(x[axis], describe(node) + " picks from it with other than a constant list");
    } else if (x[axis].length > 0) {
      picked = pick(tracer, node, x[axis], indices.get().longs());
    }
    int indexRank = tracer.dims(node.input(1)).length;
    int[][] out = around(x, axis, indexRank);
    if (indexRank == 1) {
      out[axis] = picked;
    }
    tracer.output(node, 0, out);
  }

  private static int[] pick(AxisTracer tracer, Node node, int[] units, long[] indices) {
    int[] picked = Arrays.stream(indices).mapToInt(i -> units[index(i, units.length)]).toArray();
    tracer.part(picked);
    tracer.edit(
        kept -> {
          long[] renumbered =
              Arrays.stream(kept.positions(picked))
                  .mapToLong(i -> kept.countBefore(units, index(indices[i], units.length)))
                  .toArray();
          tracer.replaceConstant(node, 1, renumbered);
        });
    return picked;
  }

  /** A table of constant vectors: the vectors' elements are channels, the rows are not. */
  private static void embedding(AxisTracer tracer, Node node, int rows, int rank) {
    int[][] table = fixed(rank);
    for (int axis = 0; axis < rank; axis++) {
      if (axis != rows) {
        table[axis] = tracer.slice(node, 0, axis, AxisRole.OUTPUT);
      }
    }
    tracer.output(node, 0, around(table, rows, tracer.dims(node.input(1)).length));
  }

  /** The axes with one replaced by {@code count} fixed ones. */
  private static int[][] around(int[][] x, int axis, int count) {
    int[][] out = fixed(x.length - 1 + count);
    System.arraycopy(x, 0, out, 0, axis);
    System.arraycopy(x, axis + 1, out, axis + count, x.length - axis - 1);
    return out;
  }

  private static long[] longs(AxisTracer tracer, Node node, int input, long[] otherwise) {
    return node.hasInput(input)
        ? tracer.tensor(node, input).map(Tensor::longs).orElse(otherwise)
        : otherwise;
  }
}
