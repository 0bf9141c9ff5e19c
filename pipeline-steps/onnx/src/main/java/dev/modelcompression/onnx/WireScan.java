package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Walks over a serialized model without building it, and stops when building it would take more
 * memory than any real model does: two bytes can describe an object of a hundred.
 */
final class WireScan {
  /** Memory that the decoded message may take beyond the weights that stay as bytes: 1 GiB. */
  static final long MAX_DECODED_BYTES = 1L << 30;

  /** Messages within messages; protobuf itself stops at this depth. */
  private static final int MAX_DEPTH = 100;

  /** Rough sizes of Java objects, in bytes. */
  private static final long MESSAGE = 160;

  private static final long TEXT = 64;
  private static final long UNKNOWN = 128;
  private static final long NUMBER = 8;

  private final CodedInputStream input;
  private long decoded;

  private WireScan(CodedInputStream input) {
    this.input = input;
  }

  /**
   * Reads the input to its end.
   *
   * @throws IOException not a protobuf message
   * @throws UnsupportedModelException decoded, it would be larger than {@link #MAX_DECODED_BYTES}
   */
  static void check(CodedInputStream input) throws IOException {
    input.setSizeLimit(Integer.MAX_VALUE);
    new WireScan(input).message(ModelProto.getDescriptor(), 0);
  }

  private void message(Descriptor type, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new InvalidModelException("not an ONNX model: messages are nested too deeply");
    }
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      var field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        grow(field == null ? UNKNOWN : NUMBER);
        input.skipField(tag);
        continue;
      }
      int length = input.readRawVarint32();
      if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        grow(MESSAGE);
        int outer = input.pushLimit(length);
        message(field.getMessageType(), depth + 1);
        input.popLimit(outer);
      } else {
        grow(field == null ? UNKNOWN + length : size(field, length));
        input.skipRawBytes(length);
      }
    }
  }

  /** Memory of one delimited value: text and bytes, or numbers packed as one byte or more each. */
  private static long size(FieldDescriptor field, long length) {
    return switch (field.getJavaType()) {
      case STRING, BYTE_STRING -> TEXT;
      case FLOAT, DOUBLE -> length;
      default -> length * NUMBER;
    };
  }

  private void grow(long bytes) {
    decoded += bytes;
    if (decoded > MAX_DECODED_BYTES) {
      throw new UnsupportedModelException(
          "the model's description, without its weights, takes more than "
              + MAX_DECODED_BYTES
              + " bytes of memory; weights belong in raw_data");
    }
  }
}
