package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.gather;
import static org.bytedeco.pytorch.global.torch.index_select;
import static org.bytedeco.pytorch.global.torch.slice;
import static org.bytedeco.pytorch.global.torch.tril;
import static org.bytedeco.pytorch.global.torch.triu;
import static org.bytedeco.pytorch.global.torch.where;

import dev.modelcompression.onnx.Node;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Operators that pick elements by index. */
final class Indexing {
  private Indexing() {}

  static void register(OperatorTable table) {
    table.put("Gather", (node, opset) -> gatherSlices(node));
    table.put("GatherElements", (node, opset) -> gatherElements(node));
    table.put("Slice", (node, opset) -> Operation.of(Indexing::slices));
    table.put("Trilu", (node, opset) -> triangle(node));
  }

  private static Operation gatherSlices(Node node) {
    return Operation.of(
        in -> {
          var data = in.get(0);
          int rank = (int) data.dim();
          int axis = Axes.positive(node.attribute("axis", 0L), rank);
          var indices = wrapped(in.get(1), data.size(axis));
          // The embedding has the cheaper gradient.
          if (axis == 0 && rank == 2) {
            return embedding(data, indices);
          }
          var shape =
              LongStream.concat(
                      LongStream.concat(
                          LongStream.of(data.shape()).limit(axis), LongStream.of(indices.shape())),
                      LongStream.of(data.shape()).skip(axis + 1L))
                  .toArray();
          return index_select(data, axis, indices.reshape(-1)).reshape(shape);
        });
  }

  private static Operation gatherElements(Node node) {
    return Operation.of(
        in -> {
          int axis = Axes.positive(node.attribute("axis", 0L), (int) in.get(0).dim());
          return gather(in.get(0), axis, wrapped(in.get(1), in.get(0).size(axis)));
        });
  }

  /** Negative indices count from the end. */
  private static Tensor wrapped(Tensor indices, long size) {
    var longs = indices.to(ScalarType.Long);
    return where(torch.lt(longs, new Scalar(0)), longs.add(new Scalar(size)), longs);
  }

  private static Tensor slices(Arguments in) {
    var starts = in.longs(1);
    var ends = in.longs(2);
    var axes = in.has(3) ? in.longs(3) : LongStream.range(0, starts.length).toArray();
    var result = new Tensor(in.get(0));
    for (int i = 0; i < starts.length; i++) {
      int axis = Axes.positive(axes[i], (int) result.dim());
      long step = in.has(4) ? in.longs(4)[i] : 1;
      result =
          step > 0
              ? forwards(result, axis, starts[i], ends[i], step)
              : backwards(result, axis, starts[i], ends[i], -step);
    }
    return result;
  }

  private static Tensor forwards(Tensor input, int axis, long start, long end, long step) {
    return slice(input, axis, new LongOptional(start), new LongOptional(end), step);
  }

  /** libtorch steps only forwards: mirror the axis, and the bounds with it. */
  private static Tensor backwards(Tensor input, int axis, long start, long end, long step) {
    long size = input.size(axis);
    long first = Math.min(size - 1, start < 0 ? start + size : start);
    long last = end < -size ? -1 : Math.min(size - 1, end < 0 ? end + size : end);
    return forwards(torch.flip(input, axis), axis, size - 1 - first, size - 1 - last, step);
  }

  private static Operation triangle(Node node) {
    boolean upper = node.attribute("upper", 1L) == 1;
    return Operation.of(
        in -> {
          long diagonal = in.has(1) ? in.longs(1)[0] : 0;
          return upper ? triu(in.get(0), diagonal) : tril(in.get(0), diagonal);
        });
  }
}
