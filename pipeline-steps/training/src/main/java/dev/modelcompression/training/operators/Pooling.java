package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.amax;
import static org.bytedeco.pytorch.global.torch.avg_pool1d;
import static org.bytedeco.pytorch.global.torch.avg_pool2d;
import static org.bytedeco.pytorch.global.torch.avg_pool3d;
import static org.bytedeco.pytorch.global.torch.max_pool1d;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.max_pool3d;
import static org.bytedeco.pytorch.global.torch.mean;
import static org.bytedeco.pytorch.global.torch.ones_like;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Pooling over the spatial axes of {@code [N, C, D1, …]}. */
final class Pooling {
  private Pooling() {}

  static void register(OperatorTable table) {
    table.put("MaxPool", (node, opset) -> maxPool(node));
    table.put("AveragePool", (node, opset) -> averagePool(node));
    table.put(
        "GlobalAveragePool",
        (node, opset) ->
            Operation.of(
                in -> mean(in.get(0), spatial(in.get(0)), true, new ScalarTypeOptional())));
    table.put(
        "GlobalMaxPool",
        (node, opset) -> Operation.of(in -> amax(in.get(0), spatial(in.get(0)), true)));
  }

  private static long[] spatial(Tensor input) {
    return LongStream.range(2, input.dim()).toArray();
  }

  private static Operation maxPool(Node node) {
    if (!node.output(1).isEmpty()) {
      throw unsupported(node, "the Indices output");
    }
    var window = window(node);
    boolean ceil = node.attribute("ceil_mode", 0L) == 1;
    return Operation.of(
        in -> {
          var input = in.get(0);
          var pads = window.pads(input);
          if (!Window.isSymmetric(pads) || overHalf(pads, window)) {
            input = Window.pad(input, pads, Double.NEGATIVE_INFINITY);
            pads = new long[pads.length];
          }
          var begins = Window.begins(pads);
          return switch (window.axes()) {
            case 1 ->
                max_pool1d(
                    input, window.kernel(), window.strides(), begins, window.dilations(), ceil);
            case 2 ->
                max_pool2d(
                    input, window.kernel(), window.strides(), begins, window.dilations(), ceil);
            default ->
                max_pool3d(
                    input, window.kernel(), window.strides(), begins, window.dilations(), ceil);
          };
        });
  }

  private static Operation averagePool(Node node) {
    var window = window(node);
    for (long dilation : window.dilations()) {
      if (dilation != 1) {
        throw unsupported(node, "dilations other than 1");
      }
    }
    boolean ceil = node.attribute("ceil_mode", 0L) == 1;
    boolean countPadding = node.attribute("count_include_pad", 0L) == 1;
    return Operation.of(
        in -> {
          var input = in.get(0);
          var pads = window.pads(input);
          if (Window.isSymmetric(pads) && !overHalf(pads, window)) {
            return average(input, window, Window.begins(pads), ceil, countPadding);
          }
          var none = new long[window.axes()];
          var padded = average(Window.pad(input, pads, 0), window, none, ceil, true);
          if (countPadding) {
            return padded;
          }
          var inside = Window.pad(ones_like(input), pads, 0);
          return padded.div(average(inside, window, none, ceil, true));
        });
  }

  private static Tensor average(
      Tensor input, Window window, long[] pads, boolean ceil, boolean countPadding) {
    var kernel = window.kernel();
    var strides = window.strides();
    return switch (window.axes()) {
      case 1 -> avg_pool1d(input, kernel, strides, pads, ceil, countPadding);
      case 2 -> avg_pool2d(input, kernel, strides, pads, ceil, countPadding, new LongOptional());
      default -> avg_pool3d(input, kernel, strides, pads, ceil, countPadding, new LongOptional());
    };
  }

  private static Window window(Node node) {
    var window = Window.of(node, node.attribute("kernel_shape", new long[0]));
    if (window.axes() < 1 || window.axes() > 3) {
      throw unsupported(node, "pooling over " + window.axes() + " axes");
    }
    return window;
  }

  /** libtorch refuses padding of more than half a window; explicit padding always works. */
  private static boolean overHalf(long[] pads, Window window) {
    for (int axis = 0; axis < window.axes(); axis++) {
      if (pads[axis] > window.kernel()[axis] / 2) {
        return true;
      }
    }
    return false;
  }

  private static UnsupportedModelException unsupported(Node node, String what) {
    return OperatorTable.unsupported(node, what);
  }
}
