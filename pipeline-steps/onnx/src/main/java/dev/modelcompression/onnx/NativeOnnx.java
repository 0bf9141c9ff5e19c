package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.onnx.OpSchemaRegistry;
import org.bytedeco.onnx.ShapeInferenceOptions;
import org.bytedeco.onnx.StringTensorShapeProtoMap;
import org.jspecify.annotations.Nullable;

/**
 * The ONNX project's own C++ library: messages go in and come out as bytes.
 *
 * <p>Its release is 1.17, which knows IR 10 and operator set 22: callers give it a copy within
 * these versions. It divides by attributes without looking, so only models that {@link ModelChecks}
 * accepted may come here.
 */
final class NativeOnnx {
  static final long MAX_IR_VERSION = 10;
  static final long MAX_OPSET = 22;

  private NativeOnnx() {}

  static void load() {
    Loader.load(org.bytedeco.onnx.global.onnx.class);
  }

  /**
   * What inference found.
   *
   * @param graph with types and shapes of all values that the library can tell
   * @param numbers whole numbers of values that shape arithmetic determines, by name
   */
  record Inferred(GraphProto graph, SortedMap<String, long[]> numbers) {}

  /**
   * Types and shapes of all values.
   *
   * @throws InvalidModelException a node contradicts its operator's specification
   */
  static Inferred inferShapes(ModelProto model) {
    var numbers = new TreeMap<String, long[]>();
    var result =
        call(
            model,
            "shape inference",
            message -> {
              var data = new StringTensorShapeProtoMap();
              org.bytedeco.onnx.global.onnx.InferShapes(
                  message,
                  OpSchemaRegistry.Instance(),
                  new ShapeInferenceOptions(true, 1, true),
                  data);
              collect(data, numbers);
              return message;
            });
    return new Inferred(result.getGraph(), numbers);
  }

  private static void collect(StringTensorShapeProtoMap data, Map<String, long[]> numbers) {
    var end = data.end();
    for (var entry = data.begin(); !entry.equals(end); entry.increment()) {
      var shape = entry.second();
      var values = new long[shape.dim_size()];
      boolean known = true;
      for (int i = 0; i < values.length; i++) {
        known &= shape.dim(i).has_dim_value();
        values[i] = shape.dim(i).dim_value();
      }
      if (known) {
        numbers.put(entry.first().getString(), values);
      }
    }
  }

  /**
   * The model for another version of the standard operator set.
   *
   * @throws InvalidModelException the library has no way between the versions, or the model is
   *     faulty
   */
  static ModelProto convertVersion(ModelProto model, int opset) {
    return call(
        model,
        "conversion to operator set " + opset,
        message -> org.bytedeco.onnx.global.onnx.ConvertVersion(message, opset));
  }

  @SuppressWarnings("try") // the scope frees native memory when it closes; nothing else uses it
  private static ModelProto call(
      ModelProto model, String task, UnaryOperator<org.bytedeco.onnx.ModelProto> operation) {
    var bytes = model.toByteArray();
    try (var ignored = new PointerScope()) {
      var input = new BytePointer(bytes);
      var message = new org.bytedeco.onnx.ModelProto();
      if (!message.ParseFromArray(input, bytes.length)) {
        throw new InvalidModelException(task + ": the model cannot be parsed");
      }
      NativeSchemas.verify(model, message);
      var result = operation.apply(message).SerializeAsString();
      var out = new byte[Math.toIntExact(result.limit())];
      result.get(out);
      return ModelProto.parseFrom(out);
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidModelException(task + ": " + e.getMessage(), e);
    } catch (InvalidModelException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new InvalidModelException(task + ": " + firstFault(e.getMessage()), e);
    }
  }

  /**
   * One line out of the library's message, which nests its own prefixes and may show a C++ stack.
   */
  static String firstFault(@Nullable String message) {
    if (message == null) {
      return "the ONNX library gave no reason";
    }
    String line =
        message
            .replaceAll("\\[(Shape|Type)InferenceError] ", "")
            .replace("Inference error(s): ", "")
            .strip()
            .lines()
            .findFirst()
            .orElse("");
    return line.isEmpty() ? "the ONNX library gave no reason" : line;
  }
}
