package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Tensor;
import java.util.function.DoubleBinaryOperator;

/** Elements of a constant that belong to one channel, and copies of constants without some. */
final class ChannelSlices {
  private ChannelSlices() {}

  /** Folds the elements at the given indices of an axis, in row-major order, starting from 0. */
  static double fold(
      float[] values, long[] shape, int axis, int[] indices, DoubleBinaryOperator step) {
    int inner = inner(shape, axis);
    int length = Math.toIntExact(shape[axis]);
    int outer = values.length / (inner * length);
    double folded = 0;
    for (int o = 0; o < outer; o++) {
      for (int index : indices) {
        int from = (o * length + index) * inner;
        for (int i = from; i < from + inner; i++) {
          folded = step.applyAsDouble(folded, values[i]);
        }
      }
    }
    return folded;
  }

  /** A copy with only the given places of an axis, of the same type. */
  static Tensor keep(Tensor tensor, int axis, int[] places) {
    long[] shape = tensor.shape();
    int width = tensor.type().bits() / 8;
    int inner = inner(shape, axis) * width;
    int length = Math.toIntExact(shape[axis]);
    var bytes = tensor.rawBytes();
    int outer = bytes.remaining() / Math.max(1, inner * length);
    var kept = java.nio.ByteBuffer.allocate(outer * places.length * inner);
    for (int o = 0; o < outer; o++) {
      for (int place : places) {
        kept.put(bytes.slice((o * length + place) * inner, inner));
      }
    }
    shape[axis] = places.length;
    return Tensor.raw(tensor.type(), shape, kept.flip());
  }

  private static int inner(long[] shape, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      inner = Math.multiplyExact(inner, Math.toIntExact(shape[i]));
    }
    return inner;
  }
}
