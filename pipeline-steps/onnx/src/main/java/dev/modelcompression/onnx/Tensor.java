package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable constant tensor: type, shape, elements in row-major order.
 *
 * <p>Keeps the encoding it was read with (raw bytes, typed fields or external data), so that
 * writing it back changes nothing. Has no name: names belong to the graph.
 */
public final class Tensor {
  private final TensorProto proto;
  private final @Nullable ByteBuffer external;

  /**
   * Wraps a message; {@code external} holds the bytes when the message says that they are
   * elsewhere.
   */
  Tensor(TensorProto proto, @Nullable ByteBuffer external) {
    this.proto = proto;
    this.external = external;
  }

  /** A FLOAT tensor. */
  public static Tensor floats(long[] shape, float... values) {
    var bytes = buffer(shape, values.length, 4);
    bytes.asFloatBuffer().put(values);
    return of(DataType.FLOAT, shape, UnsafeByteOperations.unsafeWrap(bytes));
  }

  /** An INT64 tensor. */
  public static Tensor longs(long[] shape, long... values) {
    var bytes = buffer(shape, values.length, 8);
    bytes.asLongBuffer().put(values);
    return of(DataType.INT64, shape, UnsafeByteOperations.unsafeWrap(bytes));
  }

  /** An INT32 tensor. */
  public static Tensor ints(long[] shape, int... values) {
    var bytes = buffer(shape, values.length, 4);
    bytes.asIntBuffer().put(values);
    return of(DataType.INT32, shape, UnsafeByteOperations.unsafeWrap(bytes));
  }

  /** A one-byte tensor (INT8, UINT8, BOOL). */
  public static Tensor bytes(DataType type, long[] shape, byte... values) {
    return of(type, shape, ByteString.copyFrom(values));
  }

  /** A FLOAT tensor of rank 0. */
  public static Tensor scalar(float value) {
    return floats(new long[0], value);
  }

  /** An INT64 tensor of rank 1. */
  public static Tensor vector(long... values) {
    return longs(new long[] {values.length}, values);
  }

  /** A FLOAT tensor of rank 1. */
  public static Tensor vector(float... values) {
    return floats(new long[] {values.length}, values);
  }

  /**
   * A tensor from little-endian bytes, low bits first for sub-byte types; the bytes are copied.
   *
   * @throws IllegalArgumentException the number of bytes does not fit type and shape, or the type
   *     has no raw encoding
   */
  public static Tensor raw(DataType type, long[] shape, ByteBuffer bytes) {
    return of(type, shape, ByteString.copyFrom(bytes.duplicate()));
  }

  private static Tensor of(DataType type, long[] shape, ByteString bytes) {
    if (type.bits() == 0) {
      throw new IllegalArgumentException("a tensor of type " + type + " has no raw encoding");
    }
    long expected = type.bytes(elements(shape));
    if (bytes.size() != expected) {
      throw new IllegalArgumentException(
          "tensor "
              + type
              + Arrays.toString(shape)
              + " needs "
              + expected
              + " bytes, got "
              + bytes.size());
    }
    var proto = TensorProto.newBuilder().setDataType(type.code());
    for (long dim : shape) {
      proto.addDims(dim);
    }
    return new Tensor(proto.setRawData(bytes).build(), null);
  }

  public DataType type() {
    return DataType.of(proto.getDataType());
  }

  public long[] shape() {
    return proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
  }

  public int rank() {
    return proto.getDimsCount();
  }

  /** Length of one axis. */
  public long dim(int axis) {
    return proto.getDims(axis);
  }

  public long elementCount() {
    return elements(shape());
  }

  /** Bytes in raw encoding; for strings, the sum of their lengths. */
  public long byteSize() {
    return type() == DataType.STRING
        ? proto.getStringDataList().stream().mapToLong(ByteString::size).sum()
        : type().bytes(elementCount());
  }

  /** Whether the bytes came from outside the model's message. */
  public boolean isExternal() {
    return external != null;
  }

  /**
   * Elements as floats: FLOAT as they are; FLOAT16, BFLOAT16 and DOUBLE converted.
   *
   * @return a new array
   * @throws UnsupportedModelException any other type
   */
  public float[] floats() {
    return TensorValues.floats(proto, external);
  }

  /**
   * Elements as longs, for INT64, INT32, INT16, INT8, UINT8, UINT16, UINT32 and BOOL.
   *
   * @return a new array
   * @throws UnsupportedModelException any other type
   */
  public long[] longs() {
    return TensorValues.longs(proto, external);
  }

  /**
   * The first element as {@link #floats()} gives it; meant for tensors with one element.
   *
   * @throws UnsupportedModelException the tensor is empty
   */
  public float floatValue() {
    return notEmpty().floats()[0];
  }

  /**
   * The first element as {@link #longs()} gives it; meant for tensors with one element.
   *
   * @throws UnsupportedModelException the tensor is empty
   */
  public long longValue() {
    return notEmpty().longs()[0];
  }

  /**
   * Little-endian bytes in raw encoding, whatever encoding the tensor was read with; read-only.
   *
   * @throws UnsupportedModelException strings have no raw encoding
   */
  public ByteBuffer rawBytes() {
    return TensorValues.raw(proto, external);
  }

  /** The same elements under another shape of equal size. */
  public Tensor reshaped(long... shape) {
    if (elements(shape) != elementCount()) {
      throw new IllegalArgumentException(
          "cannot reshape " + Arrays.toString(shape()) + " to " + Arrays.toString(shape));
    }
    var builder = proto.toBuilder().clearDims();
    for (long dim : shape) {
      builder.addDims(dim);
    }
    return new Tensor(builder.build(), external);
  }

  private Tensor notEmpty() {
    if (elementCount() == 0) {
      throw new UnsupportedModelException(
          "a tensor " + this + " has no element where one is needed");
    }
    return this;
  }

  TensorProto proto() {
    return proto;
  }

  @Nullable ByteBuffer external() {
    return external == null ? null : external.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Product of the dimensions, 1 for a scalar. */
  static long elements(long[] shape) {
    long count = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }

  private static ByteBuffer buffer(long[] shape, int count, int width) {
    if (elements(shape) != count) {
      throw new IllegalArgumentException(
          "shape "
              + Arrays.toString(shape)
              + " needs "
              + elements(shape)
              + " elements, got "
              + count);
    }
    return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    return type() + Arrays.toString(shape());
  }
}
