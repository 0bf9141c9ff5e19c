package dev.modelcompression.serving.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.infer.InferRequest;
import dev.modelcompression.serving.infer.InferRequest.WantedOutput;
import dev.modelcompression.serving.infer.MemoryShare;
import dev.modelcompression.serving.infer.RequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests: JSON, and behind it the inputs that come as binary data. One per request.
 *
 * <p>Elements are read straight into the form that ONNX Runtime takes. That needs datatype and name
 * first; where a sender writes the data before them, it is skipped and read again.
 */
final class RequestReader {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .build();

  /** More than models have; a body of nothing but dimensions would be many times its size. */
  private static final int DIMENSIONS = 64;

  private final byte[] body;
  private final int jsonLength;
  private final MemoryShare memory;
  private final List<TensorData> inputs = new ArrayList<>();
  private final List<Wanted> outputs = new ArrayList<>();
  private String id = "";
  private boolean binaryOutput;
  private int binaryFrom;

  /** An output as the request names it; null where the request as a whole decides. */
  private record Wanted(String name, @Nullable Boolean binary) {}

  /** A request as it was read. */
  record Read(InferRequest request, boolean binaryOutput) {}

  private RequestReader(byte[] body, int jsonLength, MemoryShare memory) {
    this.body = body;
    this.jsonLength = jsonLength;
    this.memory = memory;
    this.binaryFrom = jsonLength;
  }

  /**
   * Reads a body.
   *
   * @param jsonLength bytes of JSON in front; the rest is binary data
   * @param memory what the tensors are charged to
   * @throws RequestException it is no request, or there is no memory for it
   */
  static Read read(byte[] body, int jsonLength, MemoryShare memory) {
    var reader = new RequestReader(body, jsonLength, memory);
    try (var json = JSON.createParser(body, 0, jsonLength)) {
      reader.request(json);
    } catch (JsonProcessingException e) {
      throw RequestException.invalid(
          "the body is not JSON: %s%s", e.getOriginalMessage(), place(e));
    } catch (IOException e) {
      throw RequestException.invalid("the body cannot be read: %s", String.valueOf(e.getMessage()));
    }
    if (reader.binaryFrom != body.length) {
      throw RequestException.invalid(
          "%d bytes follow the JSON, but the inputs' binary_data_size add up to %d",
          body.length - jsonLength, reader.binaryFrom - jsonLength);
    }
    return new Read(
        new InferRequest(
            reader.id,
            reader.inputs,
            reader.outputs.stream()
                .map(
                    each ->
                        new WantedOutput(
                            each.name(),
                            each.binary() == null ? reader.binaryOutput : each.binary()))
                .toList()),
        reader.binaryOutput);
  }

  private static String place(JsonProcessingException e) {
    var at = e.getLocation();
    return at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
  }

  private void request(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw RequestException.invalid("the body is not a JSON object");
    }
    boolean found = false;
    for (var field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      var token = json.nextToken();
      switch (field) {
        case "id" -> id = text(json, "id");
        case "parameters" -> binaryOutput = parameters(json, "request").binaryOutput();
        case "inputs" -> {
          found = true;
          requireArray(token, "inputs");
          while (json.nextToken() != JsonToken.END_ARRAY) {
            inputs.add(input(json));
          }
        }
        case "outputs" -> {
          requireArray(token, "outputs");
          while (json.nextToken() != JsonToken.END_ARRAY) {
            outputs.add(output(json));
          }
        }
        default -> json.skipChildren();
      }
    }
    if (!found) {
      throw RequestException.invalid("'inputs' is missing");
    }
    if (json.nextToken() != null) {
      throw RequestException.invalid("more follows the JSON object");
    }
  }

  private TensorData input(JsonParser json) throws IOException {
    requireObject(json, "inputs");
    memory.take(InferRequest.NAMED);
    String name = null;
    String datatype = null;
    long[] shape = null;
    ByteBuffer data = null;
    int skipped = -1;
    int binarySize = -1;
    for (var field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "name" -> name = text(json, "name of an input");
        case "datatype" -> datatype = text(json, "datatype of an input");
        case "shape" -> shape = shape(json);
        case "parameters" -> binarySize = parameters(json, "input").binarySize();
        case "data" -> {
          if (name == null || datatype == null) {
            skipped = Math.toIntExact(json.currentTokenLocation().getByteOffset());
            json.skipChildren();
          } else {
            data = Elements.read(json, name, type(name, datatype), guess(datatype, shape), memory);
          }
        }
        default -> json.skipChildren();
      }
    }
    if (name == null || datatype == null || shape == null) {
      throw RequestException.invalid(
          "input%s has no '%s'",
          name == null ? "" : " '" + name + "'",
          name == null ? "name" : datatype == null ? "datatype" : "shape");
    }
    var type = type(name, datatype);
    if (binarySize >= 0) {
      if (data != null || skipped >= 0) {
        throw RequestException.invalid("input '%s' has both data and binary_data_size", name);
      }
      data = binary(name, binarySize);
    } else if (skipped >= 0) {
      data = again(skipped, name, type, shape);
    }
    if (data == null) {
      throw RequestException.invalid("input '%s' has no 'data'", name);
    }
    return new TensorData(name, type, shape, data);
  }

  private ByteBuffer again(int from, String name, ElementType type, long[] shape)
      throws IOException {
    try (var json = JSON.createParser(body, from, jsonLength - from)) {
      json.nextToken();
      return Elements.read(json, name, type, guess(type.name(), shape), memory);
    }
  }

  private ByteBuffer binary(String name, int size) {
    if (size > body.length - binaryFrom) {
      throw RequestException.invalid(
          "input '%s' has a binary_data_size of %d bytes, but %d are left in the body",
          name, size, body.length - binaryFrom);
    }
    var data = ByteBuffer.wrap(body, binaryFrom, size);
    binaryFrom += size;
    return data;
  }

  private Wanted output(JsonParser json) throws IOException {
    requireObject(json, "outputs");
    memory.take(InferRequest.NAMED);
    String name = null;
    Boolean binary = null;
    for (var field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "name" -> name = text(json, "name of an output");
        case "parameters" -> binary = parameters(json, "output").binary();
        default -> json.skipChildren();
      }
    }
    if (name == null) {
      throw RequestException.invalid("an output has no 'name'");
    }
    return new Wanted(name, binary);
  }

  /** What is known of parameters; others are no concern of ours. */
  private record Parameters(int binarySize, @Nullable Boolean binary, boolean binaryOutput) {}

  private static Parameters parameters(JsonParser json, String of) throws IOException {
    requireObject(json, "parameters of " + of);
    int size = -1;
    Boolean binary = null;
    boolean binaryOutput = false;
    for (var field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      var token = json.nextToken();
      switch (field) {
        case "binary_data_size" -> {
          if (token != JsonToken.VALUE_NUMBER_INT
              || json.getNumberType() != JsonParser.NumberType.INT
              || json.getIntValue() < 0) {
            throw RequestException.invalid("binary_data_size is not a number of bytes");
          }
          size = json.getIntValue();
        }
        case "binary_data" -> binary = flag(json, field);
        case "binary_data_output" -> binaryOutput = flag(json, field);
        default -> json.skipChildren();
      }
    }
    return new Parameters(size, binary, binaryOutput);
  }

  private static boolean flag(JsonParser json, String field) throws IOException {
    if (!json.currentToken().isBoolean()) {
      throw RequestException.invalid("%s is not true or false", field);
    }
    return json.getBooleanValue();
  }

  private static String text(JsonParser json, String what) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw RequestException.invalid("the %s is not a string", what);
    }
    return json.getText();
  }

  private static long[] shape(JsonParser json) throws IOException {
    requireArray(json.currentToken(), "shape");
    List<Long> dims = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw RequestException.invalid("a shape has something else than integers");
      }
      if (dims.size() == DIMENSIONS) {
        throw RequestException.invalid("a shape has more than %d dimensions", DIMENSIONS);
      }
      dims.add(json.getLongValue());
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  private static ElementType type(String name, String datatype) {
    return ElementType.of(datatype)
        .orElseThrow(
            () -> RequestException.invalid("input '%s' has unknown datatype '%s'", name, datatype));
  }

  /** Bytes that the elements will take, never more than a body of this size can have. */
  private int guess(String datatype, long @Nullable [] shape) {
    int bytes = Math.max(1, ElementType.of(datatype).map(ElementType::bytes).orElse(1));
    long most = (long) bytes * (jsonLength / 2 + 1);
    try {
      long wanted = shape == null ? 0 : Math.multiplyExact(TensorData.count(shape), (long) bytes);
      return (int) Math.min(Math.max(0, wanted), Math.min(most, 1 << 28));
    } catch (ArithmeticException e) {
      return 0; // the check of the shape has the message
    }
  }

  private static void requireArray(JsonToken token, String what) {
    if (token != JsonToken.START_ARRAY) {
      throw RequestException.invalid("'%s' is not an array", what);
    }
  }

  private static void requireObject(JsonParser json, String what) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw RequestException.invalid("'%s' has something else than an object", what);
    }
  }
}
