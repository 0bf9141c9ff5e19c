package dev.modelcompression.serving.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.serving.infer.MemoryShare;
import dev.modelcompression.serving.infer.RequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads the elements of one tensor from JSON, nested or flat, into the protocol's binary form. */
final class Elements {
  private static final int SMALLEST = 64;

  private final String input;
  private final ElementType type;
  private final MemoryShare memory;
  private ByteBuffer data;

  private Elements(String input, ElementType type, int bytes, MemoryShare memory) {
    this.input = input;
    this.type = type;
    this.memory = memory;
    this.data = allocate(bytes);
  }

  /**
   * Reads an array, which the parser stands at the beginning of.
   *
   * @param input name of the tensor, for messages
   * @param expectedBytes what will probably be read
   * @param memory what the elements are charged to: they can be four times what they are in JSON
   */
  static ByteBuffer read(
      JsonParser json, String input, ElementType type, int expectedBytes, MemoryShare memory)
      throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw RequestException.invalid("input '%s': data is not an array", input);
    }
    var elements = new Elements(input, type, Math.max(SMALLEST, expectedBytes), memory);
    int depth = 1;
    while (depth > 0) {
      var token = json.nextToken();
      if (token == JsonToken.START_ARRAY) {
        depth++;
      } else if (token == JsonToken.END_ARRAY) {
        depth--;
      } else {
        elements.add(json, token);
      }
    }
    return elements.data.flip();
  }

  private void add(JsonParser json, JsonToken token) throws IOException {
    switch (type) {
      case FP32 -> room(Float.BYTES).putFloat(real(json, token));
      case FP64 -> room(Double.BYTES).putDouble(realDouble(json, token));
      case INT64 -> room(Long.BYTES).putLong(integer(json, token));
      case INT32 ->
          room(Integer.BYTES)
              .putInt((int) integer(json, token, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case INT16 ->
          room(Short.BYTES)
              .putShort((short) integer(json, token, Short.MIN_VALUE, Short.MAX_VALUE));
      case INT8 -> room(1).put((byte) integer(json, token, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case UINT8 -> room(1).put((byte) integer(json, token, 0, 255));
      case BOOL -> room(1).put(bool(json, token));
      case BYTES -> {
        if (token != JsonToken.VALUE_STRING) {
          throw wrong(json, "a string");
        }
        byte[] bytes = json.getText().getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
      }
      default ->
          throw RequestException.invalid(
              "input '%s': elements of %s cannot be in JSON; send them as binary data",
              input, type);
    }
  }

  private float real(JsonParser json, JsonToken token) throws IOException {
    requireNumber(json, token);
    float value = json.getFloatValue();
    if (Float.isInfinite(value)) {
      throw wrong(json, "a number of FP32");
    }
    return value;
  }

  private double realDouble(JsonParser json, JsonToken token) throws IOException {
    requireNumber(json, token);
    double value = json.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw wrong(json, "a number of FP64");
    }
    return value;
  }

  private void requireNumber(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
      throw wrong(json, "a number");
    }
  }

  private long integer(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw wrong(json, "an integer of " + type);
    }
    return json.getLongValue();
  }

  private long integer(JsonParser json, JsonToken token, long least, long most) throws IOException {
    long value = integer(json, token);
    if (value < least || value > most) {
      throw wrong(json, "an integer of " + type);
    }
    return value;
  }

  private byte bool(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_TRUE) {
      return 1;
    }
    if (token == JsonToken.VALUE_FALSE) {
      return 0;
    }
    return (byte) integer(json, token, 0, 1);
  }

  private RequestException wrong(JsonParser json, String expected) throws IOException {
    String found = String.valueOf(json.getText());
    return RequestException.invalid(
        "input '%s': element %d is %s, expected %s",
        input,
        type.bytes() == 0 ? 0 : data.position() / type.bytes(),
        found.length() > 40 ? found.substring(0, 40) + "…" : found,
        expected);
  }

  private ByteBuffer room(int bytes) {
    if (data.remaining() < bytes) {
      var full = data;
      data = allocate(Math.max(full.capacity() * 2, full.position() + bytes)).put(full.flip());
      memory.giveBack(full.capacity());
    }
    return data;
  }

  private ByteBuffer allocate(int bytes) {
    memory.take(bytes);
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
