package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.empty;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Moves elements between ONNX tensors, Java arrays and libtorch's memory. */
public final class NativeTensors {
  private NativeTensors() {}

  /**
   * A libtorch tensor with a copy of the elements.
   *
   * @throws UnsupportedModelException libtorch has no such element type
   */
  public static org.bytedeco.pytorch.Tensor of(Tensor tensor) {
    var copy = allocate(tensor.shape(), scalarType(tensor.type()));
    var bytes = tensor.rawBytes();
    if (bytes.hasRemaining()) {
      byteView(copy).put(bytes);
    }
    return copy;
  }

  /** An uninitialized tensor. */
  public static org.bytedeco.pytorch.Tensor allocate(long[] shape, ScalarType type) {
    return empty(shape, new TensorOptions(type), new MemoryFormatOptional());
  }

  /** A tensor of rank 1 with these elements. */
  static org.bytedeco.pytorch.Tensor vector(long... values) {
    var vector = allocate(new long[] {values.length}, ScalarType.Long);
    if (values.length > 0) {
      new LongPointer(vector.data_ptr()).put(values);
    }
    return vector;
  }

  /** A copy of FLOAT elements in row-major order. */
  public static float[] floats(org.bytedeco.pytorch.Tensor tensor) {
    var contiguous = tensor.detach().contiguous();
    var values = new float[Math.toIntExact(contiguous.numel())];
    if (values.length > 0) {
      new FloatPointer(contiguous.data_ptr()).get(values);
    }
    return values;
  }

  /** Overwrites all elements of a contiguous FLOAT tensor. */
  public static void put(org.bytedeco.pytorch.Tensor tensor, float[] values) {
    if (tensor.numel() != values.length) {
      throw new IllegalArgumentException(
          "tensor has " + tensor.numel() + " elements, got " + values.length);
    }
    if (values.length > 0) {
      new FloatPointer(tensor.data_ptr()).put(values);
    }
  }

  /** A copy of the elements, converted to whole numbers. */
  public static long[] longs(org.bytedeco.pytorch.Tensor tensor) {
    var contiguous = tensor.detach().to(ScalarType.Long).contiguous();
    var values = new long[Math.toIntExact(contiguous.numel())];
    if (values.length > 0) {
      new LongPointer(contiguous.data_ptr()).get(values);
    }
    return values;
  }

  /** The memory of a contiguous tensor; valid while the tensor lives. */
  public static ByteBuffer byteView(org.bytedeco.pytorch.Tensor tensor) {
    return new BytePointer(tensor.data_ptr())
        .capacity(tensor.nbytes())
        .asByteBuffer()
        .order(java.nio.ByteOrder.nativeOrder());
  }

  static ScalarType scalarType(DataType type) {
    return switch (type) {
      case FLOAT -> ScalarType.Float;
      case DOUBLE -> ScalarType.Double;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case INT64 -> ScalarType.Long;
      case INT32 -> ScalarType.Int;
      case INT16 -> ScalarType.Short;
      case INT8 -> ScalarType.Char;
      case UINT8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
      default ->
          throw new UnsupportedModelException(
              "tensors of type " + type + " cannot take part in training");
    };
  }

  static boolean isFloatingPoint(org.bytedeco.pytorch.Tensor tensor) {
    // Without intern() a JavaCPP enum value is equal to no constant.
    return switch (tensor.scalar_type().intern()) {
      case Float, Double, Half, BFloat16 -> true;
      default -> false;
    };
  }
}
