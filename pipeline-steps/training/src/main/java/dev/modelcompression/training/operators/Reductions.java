package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.amax;
import static org.bytedeco.pytorch.global.torch.amin;
import static org.bytedeco.pytorch.global.torch.argmax;
import static org.bytedeco.pytorch.global.torch.argmin;
import static org.bytedeco.pytorch.global.torch.cumsum;
import static org.bytedeco.pytorch.global.torch.logsumexp;
import static org.bytedeco.pytorch.global.torch.mean;
import static org.bytedeco.pytorch.global.torch.sum;

import dev.modelcompression.onnx.Node;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Reductions along axes, which are an attribute in early opsets and input 1 in late ones (13 for
 * ReduceSum, 18 for the others).
 */
final class Reductions {
  private interface Reduction {
    Tensor apply(Tensor input, long[] axes, boolean keep);
  }

  private Reductions() {}

  static void register(OperatorTable table) {
    reduction(table, "ReduceSum", Reductions::sumOver);
    reduction(
        table,
        "ReduceMean",
        (input, axes, keep) -> mean(input, axes, keep, new ScalarTypeOptional()));
    reduction(table, "ReduceMax", (input, axes, keep) -> amax(input, axes, keep));
    reduction(table, "ReduceMin", (input, axes, keep) -> amin(input, axes, keep));
    reduction(table, "ReduceLogSumExp", (input, axes, keep) -> logsumexp(input, axes, keep));
    reduction(table, "ReduceLogSum", (input, axes, keep) -> sumOver(input, axes, keep).log());
    reduction(table, "ReduceL1", (input, axes, keep) -> sumOver(input.abs(), axes, keep));
    reduction(table, "ReduceL2", (input, axes, keep) -> sumOver(input.square(), axes, keep).sqrt());
    reduction(table, "ReduceSumSquare", (input, axes, keep) -> sumOver(input.square(), axes, keep));
    reduction(table, "ReduceProd", Reductions::productOver);
    table.put("ArgMax", (node, opset) -> extreme(node, true));
    table.put("ArgMin", (node, opset) -> extreme(node, false));
    table.put("CumSum", (node, opset) -> cumulative(node));
  }

  private static void reduction(OperatorTable table, String opType, Reduction reduction) {
    table.put(
        opType,
        (node, opset) -> {
          boolean keep = node.attribute("keepdims", 1L) == 1;
          boolean emptyMeansNone = node.attribute("noop_with_empty_axes", 0L) == 1;
          return Operation.of(
              in -> {
                var input = in.get(0);
                int rank = (int) input.dim();
                var axes = Axes.positive(Axes.stated(node, in, 1).orElse(new long[0]), rank);
                if (axes.length == 0) {
                  if (emptyMeansNone) {
                    return new Tensor(input);
                  }
                  axes = LongStream.range(0, rank).toArray();
                }
                return reduction.apply(input, axes, keep);
              });
        });
  }

  private static Tensor sumOver(Tensor input, long[] axes, boolean keep) {
    return sum(input, axes, keep, new ScalarTypeOptional());
  }

  private static Tensor productOver(Tensor input, long[] axes, boolean keep) {
    var sorted = LongStream.of(axes).sorted().toArray();
    var result = new Tensor(input);
    for (int i = sorted.length - 1; i >= 0; i--) {
      result = result.prod(sorted[i], keep, new ScalarTypeOptional());
    }
    return result;
  }

  private static Operation extreme(Node node, boolean largest) {
    if (node.attribute("select_last_index", 0L) == 1) {
      throw OperatorTable.unsupported(node, "select_last_index");
    }
    long axis = node.attribute("axis", 0L);
    boolean keep = node.attribute("keepdims", 1L) == 1;
    return Operation.of(
        in ->
            largest
                ? argmax(in.get(0), new LongOptional(axis), keep)
                : argmin(in.get(0), new LongOptional(axis), keep));
  }

  private static Operation cumulative(Node node) {
    if (node.attribute("exclusive", 0L) == 1 || node.attribute("reverse", 0L) == 1) {
      throw OperatorTable.unsupported(node, "exclusive or reverse sums");
    }
    return Operation.of(in -> cumsum(in.get(0), in.longs(1)[0]));
  }
}
