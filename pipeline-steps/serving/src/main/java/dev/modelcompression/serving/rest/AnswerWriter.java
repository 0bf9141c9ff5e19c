package dev.modelcompression.serving.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.runtime.serve.TensorSpec;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Writes answers. */
final class AnswerWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

  /** An answer's body; the JSON's length differs from it when binary data follows. */
  record Body(Buffer bytes, int jsonLength) {
    boolean binary() {
      return jsonLength < bytes.length();
    }
  }

  /** What writes a JSON object's fields. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private AnswerWriter() {}

  /** A JSON object. */
  static Buffer object(Fields fields) {
    return Buffer.buffer(bytes(fields).toByteArray());
  }

  /** The protocol's form of an error. */
  static Buffer error(String message) {
    return object(json -> json.writeStringField("error", message));
  }

  /**
   * The answer to a request.
   *
   * @param binary names of outputs that go behind the JSON
   * @throws RequestException an output cannot be written as JSON
   */
  static Body answer(
      String model, String version, String id, List<TensorData> outputs, Set<String> binary) {
    var bytes =
        bytes(
            json -> {
              json.writeStringField("model_name", model);
              json.writeStringField("model_version", version);
              if (!id.isEmpty()) {
                json.writeStringField("id", id);
              }
              json.writeArrayFieldStart("outputs");
              for (TensorData output : outputs) {
                output(json, output, binary.contains(output.name()));
              }
              json.writeEndArray();
            });
    int jsonLength = bytes.size();
    var buffer = Buffer.buffer(bytes.toByteArray());
    for (TensorData output : outputs) {
      if (binary.contains(output.name())) {
        var data = output.data();
        var copy = new byte[data.remaining()];
        data.get(copy);
        buffer.appendBytes(copy);
      }
    }
    return new Body(buffer, jsonLength);
  }

  /** Inputs or outputs of a model. */
  static void specs(JsonGenerator json, String field, List<TensorSpec> specs) throws IOException {
    json.writeArrayFieldStart(field);
    for (TensorSpec spec : specs) {
      json.writeStartObject();
      json.writeStringField("name", spec.name());
      json.writeStringField("datatype", spec.type().name());
      json.writeFieldName("shape");
      json.writeArray(
          spec.shape().stream().mapToLong(Long::longValue).toArray(), 0, spec.shape().size());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void output(JsonGenerator json, TensorData output, boolean binary)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", output.name());
    json.writeStringField("datatype", output.type().name());
    json.writeFieldName("shape");
    json.writeArray(output.shape(), 0, output.shape().length);
    var data = output.data();
    if (binary) {
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", data.remaining());
      json.writeEndObject();
    } else {
      json.writeArrayFieldStart("data");
      while (data.hasRemaining()) {
        element(json, output, data);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void element(JsonGenerator json, TensorData output, ByteBuffer data)
      throws IOException {
    switch (output.type()) {
      case FP32 -> json.writeNumber((float) finite(output, data.getFloat()));
      case FP64 -> json.writeNumber(finite(output, data.getDouble()));
      case INT64 -> json.writeNumber(data.getLong());
      case INT32 -> json.writeNumber(data.getInt());
      case INT16 -> json.writeNumber(data.getShort());
      case INT8 -> json.writeNumber((int) data.get());
      case UINT8 -> json.writeNumber(data.get() & 0xff);
      case UINT16 -> json.writeNumber(data.getShort() & 0xffff);
      case UINT32 -> json.writeNumber(data.getInt() & 0xffff_ffffL);
      case UINT64 -> json.writeNumber(Long.toUnsignedString(data.getLong()));
      case BOOL -> json.writeBoolean(data.get() != 0);
      case BYTES -> {
        var bytes = new byte[data.getInt()];
        data.get(bytes);
        json.writeString(new String(bytes, StandardCharsets.UTF_8));
      }
      default -> throw unwritable(output.name(), output.type());
    }
  }

  /** JSON has no NaN and no infinity, and a string in their place would be of another type. */
  private static double finite(TensorData output, double value) {
    if (!Double.isFinite(value)) {
      throw new RequestException(
          Reason.FAILED,
          "output '%s' has the value %s, which cannot be in JSON; ask for it with binary_data"
              .formatted(output.name(), value));
    }
    return value;
  }

  private static RequestException unwritable(String output, ElementType type) {
    return RequestException.invalid(
        "output '%s' has elements of %s, which cannot be in JSON; ask for it as binary data",
        output, type);
  }

  private static ByteArrayOutputStream bytes(Fields fields) {
    var bytes = new ByteArrayOutputStream(512);
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be written to", e);
    }
    return bytes;
  }
}
