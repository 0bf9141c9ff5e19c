package dev.modelcompression.runtime.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor with its elements, row by row.
 *
 * @param data little-endian, from position to limit; nobody changes it any more
 */
public record TensorData(String name, ElementType type, long[] shape, ByteBuffer data) {
  public TensorData {
    data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements, to be read by one caller. */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Number of elements that a shape has. */
  public static long count(long[] shape) {
    long count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }

  /** Whether another tensor has the same shape from the second dimension on. */
  boolean stacksWith(TensorData other) {
    if (shape.length != other.shape.length) {
      return false;
    }
    for (int i = 1; i < shape.length; i++) {
      if (shape[i] != other.shape[i]) {
        return false;
      }
    }
    return true;
  }
}
