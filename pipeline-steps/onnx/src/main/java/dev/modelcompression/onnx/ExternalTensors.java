package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Finds the bytes of tensors that a model keeps outside its message. */
final class ExternalTensors {
  private ExternalTensors() {}

  /** The tensor's bytes, or null when they are in the message. */
  static @Nullable ByteBuffer map(TensorProto tensor, ExternalData external) {
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return null;
    }
    String location = "";
    long offset = 0;
    long length = -1;
    for (var entry : tensor.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = number(tensor, "offset", entry.getValue());
        case "length" -> length = number(tensor, "length", entry.getValue());
        default -> {} // "checksum", and what later specifications add
      }
    }
    if (location.isEmpty()) {
      throw new InvalidModelException(
          "tensor '" + tensor.getName() + "' is external, but names no file");
    }
    try {
      return external.map(location, offset, length);
    } catch (InvalidModelException e) {
      throw new InvalidModelException("tensor '" + tensor.getName() + "': " + e.getMessage(), e);
    }
  }

  private static long number(TensorProto tensor, String key, String text) {
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, together with negative numbers
    }
    throw new InvalidModelException(
        "tensor '"
            + tensor.getName()
            + "': external data "
            + key
            + " '"
            + text
            + "' is not a number of bytes");
  }
}
