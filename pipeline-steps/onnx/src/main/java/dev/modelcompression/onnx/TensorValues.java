package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the three encodings of a {@code TensorProto}: raw bytes, typed fields, external bytes.
 */
final class TensorValues {
  private TensorValues() {}

  static float[] floats(TensorProto proto, @Nullable ByteBuffer external) {
    var type = DataType.of(proto.getDataType());
    var bytes = raw(proto, external);
    return switch (type) {
      case FLOAT -> {
        var values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        yield values;
      }
      case DOUBLE -> {
        var values = new float[bytes.remaining() / 8];
        var doubles = bytes.asDoubleBuffer();
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) doubles.get(i);
        }
        yield values;
      }
      case FLOAT16 -> {
        var values = new float[bytes.remaining() / 2];
        for (int i = 0; i < values.length; i++) {
          values[i] = halfToFloat(bytes.getShort(2 * i));
        }
        yield values;
      }
      case BFLOAT16 -> {
        var values = new float[bytes.remaining() / 2];
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
        }
        yield values;
      }
      default ->
          throw new UnsupportedModelException(
              "a tensor of type " + type + " cannot be read as float numbers");
    };
  }

  static long[] longs(TensorProto proto, @Nullable ByteBuffer external) {
    var type = DataType.of(proto.getDataType());
    switch (type) {
      case INT64, INT32, UINT32, INT16, UINT16, INT8, UINT8, BOOL -> {}
      default ->
          throw new UnsupportedModelException(
              "a tensor of type " + type + " cannot be read as whole numbers");
    }
    var bytes = raw(proto, external);
    int width = type.bits() / 8;
    var values = new long[bytes.remaining() / width];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case INT64 -> bytes.getLong(8 * i);
            case INT32 -> bytes.getInt(4 * i);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(4 * i));
            case INT16 -> bytes.getShort(2 * i);
            case UINT16 -> Short.toUnsignedLong(bytes.getShort(2 * i));
            case INT8 -> bytes.get(i);
            default -> Byte.toUnsignedLong(bytes.get(i));
          };
    }
    return values;
  }

  /** Little-endian bytes from position 0; a view where the encoding allows it. */
  static ByteBuffer raw(TensorProto proto, @Nullable ByteBuffer external) {
    if (external != null) {
      return external.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    if (proto.hasRawData()) {
      return proto.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    }
    return fromTypedFields(proto).flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer fromTypedFields(TensorProto proto) {
    var type = DataType.of(proto.getDataType());
    switch (type) {
      case FLOAT, COMPLEX64 -> {
        var bytes = allocate(proto.getFloatDataCount(), 4);
        for (int i = 0; i < proto.getFloatDataCount(); i++) {
          bytes.putFloat(proto.getFloatData(i));
        }
        return bytes;
      }
      case DOUBLE, COMPLEX128 -> {
        var bytes = allocate(proto.getDoubleDataCount(), 8);
        for (int i = 0; i < proto.getDoubleDataCount(); i++) {
          bytes.putDouble(proto.getDoubleData(i));
        }
        return bytes;
      }
      case INT64 -> {
        var bytes = allocate(proto.getInt64DataCount(), 8);
        for (int i = 0; i < proto.getInt64DataCount(); i++) {
          bytes.putLong(proto.getInt64Data(i));
        }
        return bytes;
      }
      case UINT64 -> {
        var bytes = allocate(proto.getUint64DataCount(), 8);
        for (int i = 0; i < proto.getUint64DataCount(); i++) {
          bytes.putLong(proto.getUint64Data(i));
        }
        return bytes;
      }
      case UINT32 -> {
        var bytes = allocate(proto.getUint64DataCount(), 4);
        for (int i = 0; i < proto.getUint64DataCount(); i++) {
          bytes.putInt((int) proto.getUint64Data(i));
        }
        return bytes;
      }
      case STRING, UNDEFINED ->
          throw new UnsupportedModelException("a tensor of type " + type + " has no raw encoding");
      default -> {
        // int32_data carries every narrower type, one element (or one packed byte) per entry.
        int width = Math.max(1, type.bits() / 8);
        var bytes = allocate(proto.getInt32DataCount(), width);
        for (int i = 0; i < proto.getInt32DataCount(); i++) {
          int value = proto.getInt32Data(i);
          switch (width) {
            case 1 -> bytes.put((byte) value);
            case 2 -> bytes.putShort((short) value);
            default -> bytes.putInt(value);
          }
        }
        return bytes;
      }
    }
  }

  private static ByteBuffer allocate(int count, int width) {
    return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** IEEE 754 binary16 to binary32; {@code Float.float16ToFloat} needs Java 20. */
  static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << 13));
    }
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }
}
