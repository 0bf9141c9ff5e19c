package dev.modelcompression.runtime.serve;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.runtime.session.OrtModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Tensors of strings, between the protocol's form and ONNX Runtime's. */
final class Strings {
  private Strings() {}

  static OnnxTensor tensor(TensorData data) throws OrtException {
    List<String> strings = new ArrayList<>();
    var bytes = data.data();
    while (bytes.hasRemaining()) {
      int length = bytes.remaining() < Integer.BYTES ? -1 : bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw new InvalidDataException(
            "input '%s': string %d does not end within the data"
                .formatted(data.name(), strings.size() + 1));
      }
      strings.add(StandardCharsets.UTF_8.decode(bytes.slice(bytes.position(), length)).toString());
      bytes.position(bytes.position() + length);
    }
    long expected = TensorData.count(data.shape());
    if (strings.size() != expected) {
      throw new InvalidDataException(
          "input '%s': found %d strings, expected %d"
              .formatted(data.name(), strings.size(), expected));
    }
    return OnnxTensor.createTensor(
        OrtModels.environment(), strings.toArray(String[]::new), data.shape());
  }

  static ByteBuffer data(OnnxTensor tensor) throws OrtException {
    List<byte[]> strings = new ArrayList<>();
    collect(tensor.getValue(), strings);
    int bytes = strings.stream().mapToInt(each -> Integer.BYTES + each.length).sum();
    var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    strings.forEach(each -> buffer.putInt(each.length).put(each));
    return buffer.flip();
  }

  /** ONNX Runtime gives strings in as many nested arrays as there are dimensions. */
  private static void collect(Object value, List<byte[]> strings) {
    if (value instanceof Object[] values) {
      for (Object each : values) {
        collect(each, strings);
      }
    } else {
      strings.add(String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    }
  }
}
