package dev.modelcompression.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One array in row-major order, still in the encoding of its file.
 *
 * @param type element type
 * @param shape dimensions, slowest first
 * @param bytes little-endian elements
 */
record NpyArray(Type type, long[] shape, ByteBuffer bytes) {
  /** Element types by the names that NumPy gives them in a header. */
  enum Type {
    BOOL("|b1", 1),
    UINT8("|u1", 1),
    INT8("|i1", 1),
    UINT16("<u2", 2),
    INT16("<i2", 2),
    UINT32("<u4", 4),
    INT32("<i4", 4),
    INT64("<i8", 8),
    FLOAT32("<f4", 4),
    FLOAT64("<f8", 8);

    private final String descr;
    private final int width;

    Type(String descr, int width) {
      this.descr = descr;
      this.width = width;
    }

    String descr() {
      return descr;
    }

    int width() {
      return width;
    }

    boolean isFloat() {
      return this == FLOAT32 || this == FLOAT64;
    }
  }

  int rank() {
    return shape.length;
  }

  int elementCount() {
    return bytes.capacity() / type.width();
  }

  double at(int index) {
    int offset = index * type.width();
    return switch (type) {
      case FLOAT32 -> bytes.getFloat(offset);
      case FLOAT64 -> bytes.getDouble(offset);
      default -> longAt(index);
    };
  }

  long longAt(int index) {
    int offset = index * type.width();
    return switch (type) {
      case BOOL, UINT8 -> bytes.get(offset) & 0xff;
      case INT8 -> bytes.get(offset);
      case UINT16 -> bytes.getShort(offset) & 0xffff;
      case INT16 -> bytes.getShort(offset);
      case UINT32 -> bytes.getInt(offset) & 0xffffffffL;
      case INT32 -> bytes.getInt(offset);
      case INT64 -> bytes.getLong(offset);
      case FLOAT32 -> (long) bytes.getFloat(offset);
      case FLOAT64 -> (long) bytes.getDouble(offset);
    };
  }

  /** Index of the first element that is NaN or infinite, or −1. */
  int firstNotFinite() {
    if (type == Type.FLOAT32) {
      var values = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).rewind().asFloatBuffer();
      for (int i = 0; i < values.capacity(); i++) {
        if (!Float.isFinite(values.get(i))) {
          return i;
        }
      }
    } else if (type == Type.FLOAT64) {
      for (int i = 0; i < elementCount(); i++) {
        if (!Double.isFinite(at(i))) {
          return i;
        }
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return type.descr() + Arrays.toString(shape);
  }
}
