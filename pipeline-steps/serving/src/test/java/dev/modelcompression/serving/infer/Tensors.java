package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Makes and reads small tensors. */
final class Tensors {
  private Tensors() {}

  static TensorData floats(String name, long[] shape, float... values) {
    var data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return new TensorData(name, ElementType.FP32, shape, data.flip());
  }

  static TensorData longs(String name, long[] shape, long... values) {
    var data = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      data.putLong(value);
    }
    return new TensorData(name, ElementType.INT64, shape, data.flip());
  }

  static float[] floats(TensorData tensor) {
    var buffer = tensor.data().asFloatBuffer();
    var values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  static InferRequest request(TensorData... inputs) {
    return new InferRequest("", List.of(inputs), List.of());
  }
}
