package dev.modelcompression.serving.grpc;

import com.google.protobuf.ByteString;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.grpc.proto.InferTensorContents;
import dev.modelcompression.serving.infer.RequestException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A tensor's elements, between the typed fields of a message and the protocol's binary form. */
final class Contents {
  /** A string of a message in memory, beside its bytes, and its length in the tensor. */
  private static final int STRING = 64;

  private Contents() {}

  /**
   * Bytes of typed fields: an element of 8 bytes may come as a single one, and is there as part of
   * the message and as part of the tensor.
   */
  static long memory(InferTensorContents from) {
    long four =
        (long) from.getIntContentsCount()
            + from.getUintContentsCount()
            + from.getFp32ContentsCount();
    long eight =
        (long) from.getInt64ContentsCount()
            + from.getUint64ContentsCount()
            + from.getFp64ContentsCount();
    long bytes =
        2 * (from.getBoolContentsCount() + Integer.BYTES * four + Long.BYTES * eight)
            + (long) STRING * from.getBytesContentsCount();
    for (ByteString each : from.getBytesContentsList()) {
      bytes += each.size();
    }
    return bytes;
  }

  static ByteBuffer read(String input, ElementType type, InferTensorContents from) {
    return switch (type) {
      case BOOL -> {
        var data = allocate(from.getBoolContentsCount());
        from.getBoolContentsList().forEach(each -> data.put((byte) (each ? 1 : 0)));
        yield data.flip();
      }
      case INT8, INT16, INT32 -> ints(input, type, from);
      case UINT8 -> {
        var data = allocate(from.getUintContentsCount());
        for (int each : from.getUintContentsList()) {
          require(each >= 0 && each <= 255, input, type, Integer.toUnsignedString(each));
          data.put((byte) each);
        }
        yield data.flip();
      }
      case INT64 -> {
        var data = allocate(from.getInt64ContentsCount() * Long.BYTES);
        from.getInt64ContentsList().forEach(data::putLong);
        yield data.flip();
      }
      case FP32 -> {
        int count = from.getFp32ContentsCount();
        var data = allocate(count * Float.BYTES);
        for (int i = 0; i < count; i++) {
          data.putFloat(from.getFp32Contents(i));
        }
        yield data.flip();
      }
      case FP64 -> {
        var data = allocate(from.getFp64ContentsCount() * Double.BYTES);
        from.getFp64ContentsList().forEach(data::putDouble);
        yield data.flip();
      }
      case BYTES -> {
        int bytes =
            from.getBytesContentsList().stream()
                .mapToInt(each -> Integer.BYTES + each.size())
                .sum();
        var data = allocate(bytes);
        for (ByteString each : from.getBytesContentsList()) {
          data.putInt(each.size());
          each.copyTo(data);
        }
        yield data.flip();
      }
      default ->
          throw RequestException.invalid(
              "input '%s': elements of %s must be in raw_input_contents", input, type);
    };
  }

  /** Whether a tensor can be written in typed fields. */
  static boolean typed(ElementType type) {
    return type != ElementType.FP16 && type != ElementType.BF16;
  }

  static InferTensorContents write(TensorData output) {
    var to = InferTensorContents.newBuilder();
    var data = output.data();
    while (data.hasRemaining()) {
      switch (output.type()) {
        case BOOL -> to.addBoolContents(data.get() != 0);
        case INT8 -> to.addIntContents(data.get());
        case INT16 -> to.addIntContents(data.getShort());
        case INT32 -> to.addIntContents(data.getInt());
        case INT64 -> to.addInt64Contents(data.getLong());
        case UINT8 -> to.addUintContents(data.get() & 0xff);
        case UINT16 -> to.addUintContents(data.getShort() & 0xffff);
        case UINT32 -> to.addUintContents(data.getInt());
        case UINT64 -> to.addUint64Contents(data.getLong());
        case FP32 -> to.addFp32Contents(data.getFloat());
        case FP64 -> to.addFp64Contents(data.getDouble());
        case BYTES -> to.addBytesContents(ByteString.copyFrom(data, data.getInt()));
        default -> throw new IllegalArgumentException("no field has " + output.type());
      }
    }
    return to.build();
  }

  private static ByteBuffer ints(String input, ElementType type, InferTensorContents from) {
    var data = allocate(from.getIntContentsCount() * type.bytes());
    for (int each : from.getIntContentsList()) {
      switch (type) {
        case INT8 -> {
          require(each == (byte) each, input, type, Integer.toString(each));
          data.put((byte) each);
        }
        case INT16 -> {
          require(each == (short) each, input, type, Integer.toString(each));
          data.putShort((short) each);
        }
        default -> data.putInt(each);
      }
    }
    return data.flip();
  }

  private static void require(boolean fits, String input, ElementType type, String found) {
    if (!fits) {
      throw RequestException.invalid("input '%s': %s is no %s", input, found, type);
    }
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
