package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.onnx.OpSchemaRegistry;
import org.bytedeco.onnx.ShapeInferenceOptions;
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

  /**
   * The model with types and shapes of all values that the library can tell, also of those in
   * subgraphs.
   *
   * @throws InvalidModelException a node contradicts its operator's specification
   */
  static ModelProto inferShapes(ModelProto model) {
    return call(
        model,
        "shape inference",
        message -> {
          org.bytedeco.onnx.global.onnx.InferShapes(
              message, OpSchemaRegistry.Instance(), new ShapeInferenceOptions(true, 1, true), null);
          return message;
        });
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
  private static String firstFault(@Nullable String message) {
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
