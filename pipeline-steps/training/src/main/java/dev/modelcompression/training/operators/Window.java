package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A sliding window over the spatial axes of {@code [N, C, D1, …]}: the attributes that Conv and
 * pooling share.
 *
 * @param pads begin of each axis, then end of each axis
 */
record Window(long[] kernel, long[] strides, long[] dilations, long[] pads, String autoPad) {
  static Window of(Node node, long[] kernel) {
    int axes = kernel.length;
    var ones = new long[axes];
    Arrays.fill(ones, 1);
    String autoPad = node.attribute("auto_pad", "NOTSET");
    if (!autoPad.equals("NOTSET") && !autoPad.equals("VALID") && !autoPad.startsWith("SAME_")) {
      throw new UnsupportedModelException(
          "node '" + node.label() + "' (" + node.opType() + "): auto_pad '" + autoPad + "'");
    }
    return new Window(
        kernel,
        node.attribute("strides", ones),
        node.attribute("dilations", ones),
        node.attribute("pads", new long[2 * axes]),
        autoPad);
  }

  int axes() {
    return kernel.length;
  }

  /** The padding that an input gets: stated, or computed from its size for {@code SAME_*}. */
  long[] pads(Tensor input) {
    if (autoPad.equals("NOTSET")) {
      return pads;
    }
    var computed = new long[2 * axes()];
    if (autoPad.startsWith("SAME_")) {
      for (int axis = 0; axis < axes(); axis++) {
        long size = input.size(axis + 2);
        long windows = (size + strides[axis] - 1) / strides[axis];
        long reach = (kernel[axis] - 1) * dilations[axis] + 1;
        long total = Math.max(0, (windows - 1) * strides[axis] + reach - size);
        long less = total / 2;
        boolean upper = autoPad.equals("SAME_UPPER");
        computed[axis] = upper ? less : total - less;
        computed[axis + axes()] = upper ? total - less : less;
      }
    }
    return computed;
  }

  static boolean isSymmetric(long[] pads) {
    int axes = pads.length / 2;
    return Arrays.equals(pads, 0, axes, pads, axes, 2 * axes);
  }

  static long[] begins(long[] pads) {
    return Arrays.copyOf(pads, pads.length / 2);
  }

  /** Pads the last axes (crops where negative); libtorch lists pairs from the last axis back. */
  static Tensor pad(Tensor input, long[] pads, double value) {
    return constant_pad_nd(input, pairs(pads), new Scalar(value));
  }

  /** ONNX begins-then-ends to libtorch's begin–end pairs, last axis first. */
  static long[] pairs(long[] pads) {
    int axes = pads.length / 2;
    var pairs = new long[pads.length];
    for (int axis = 0; axis < axes; axis++) {
      int position = 2 * (axes - 1 - axis);
      pairs[position] = pads[axis];
      pairs[position + 1] = pads[axis + axes];
    }
    return pairs;
  }
}
