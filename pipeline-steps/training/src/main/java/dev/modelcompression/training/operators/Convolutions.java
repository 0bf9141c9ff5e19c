package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.convolution;

import dev.modelcompression.onnx.Node;
import org.bytedeco.pytorch.Tensor;

/** Conv and ConvTranspose over one to three spatial axes. */
final class Convolutions {
  private Convolutions() {}

  static void register(OperatorTable table) {
    table.put("Conv", (node, opset) -> Operation.of(in -> conv(node, in)));
    table.put("ConvTranspose", (node, opset) -> Operation.of(in -> convTranspose(node, in)));
  }

  private static Window window(Node node, Tensor weight) {
    var kernel = new long[(int) weight.dim() - 2];
    for (int axis = 0; axis < kernel.length; axis++) {
      kernel[axis] = weight.size(axis + 2);
    }
    return Window.of(node, kernel);
  }

  private static Tensor conv(Node node, Arguments in) {
    var input = in.get(0);
    var window = window(node, in.get(1));
    var pads = window.pads(input);
    if (!Window.isSymmetric(pads)) {
      input = Window.pad(input, pads, 0);
      pads = new long[pads.length];
    }
    return convolution(
        input,
        in.get(1),
        in.optional(2),
        window.strides(),
        Window.begins(pads),
        window.dilations(),
        false,
        new long[window.axes()],
        node.attribute("group", 1L));
  }

  /** With an even padding libtorch does it all; otherwise the full result is cropped. */
  private static Tensor convTranspose(Node node, Arguments in) {
    var input = in.get(0);
    var window = window(node, in.get(1));
    int axes = window.axes();
    var outputPadding = node.attribute("output_padding", new long[axes]);
    var pads = transposedPads(node, window, input, outputPadding);
    boolean even = Window.isSymmetric(pads);
    var full =
        convolution(
            input,
            in.get(1),
            in.optional(2),
            window.strides(),
            even ? Window.begins(pads) : new long[axes],
            window.dilations(),
            true,
            outputPadding,
            node.attribute("group", 1L));
    if (even) {
      return full;
    }
    var crops = new long[2 * axes];
    for (int i = 0; i < crops.length; i++) {
      crops[i] = -pads[i];
    }
    return Window.pad(full, crops, 0);
  }

  /**
   * Padding from the wished output size, where the node states one.
   *
   * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvTranspose.html">ConvTranspose</a>
   */
  private static long[] transposedPads(
      Node node, Window window, Tensor input, long[] outputPadding) {
    boolean same = window.autoPad().startsWith("SAME_");
    if (!node.hasAttribute("output_shape") && !same) {
      return window.autoPad().equals("VALID") ? new long[2 * window.axes()] : window.pads();
    }
    var stated = node.attribute("output_shape", new long[0]);
    int axes = window.axes();
    var pads = new long[2 * axes];
    for (int axis = 0; axis < axes; axis++) {
      long size = input.size(axis + 2);
      long stride = window.strides()[axis];
      long wished = stated.length == 0 ? size * stride : stated[stated.length - axes + axis];
      long reach = (window.kernel()[axis] - 1) * window.dilations()[axis] + 1;
      long total = Math.max(0, stride * (size - 1) + outputPadding[axis] + reach - wished);
      boolean upper = window.autoPad().equals("SAME_UPPER");
      pads[axis] = upper ? total / 2 : total - total / 2;
      pads[axis + axes] = total - pads[axis];
    }
    return pads;
  }
}
