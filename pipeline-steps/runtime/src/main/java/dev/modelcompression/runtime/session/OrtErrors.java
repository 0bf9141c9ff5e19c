package dev.modelcompression.runtime.session;

import ai.onnxruntime.OrtException;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.List;
import java.util.regex.Pattern;

/** Turns ONNX Runtime's errors into one-line messages of the kind that the exit code needs. */
final class OrtErrors {
  private static final Pattern CODE = Pattern.compile("^Error code - \\w+ - message:\\s*");

  /** Where in ONNX Runtime's sources the error arose, which tells a user nothing. */
  private static final Pattern ORIGIN = Pattern.compile("^\\S+\\.(?:cc|h):\\d+ .*?\\) (?=[A-Z])");

  private static final List<String> BEYOND_THIS_BUILD =
      List.of(
          "is not a registered function/op",
          "No Op registered for",
          "No opset import for domain",
          "Could not find an implementation for",
          "No schema registered for",
          "Unsupported model IR version",
          "officially released onnx opset",
          "official released onnx opset",
          "not implemented",
          "is not supported");

  private OrtErrors() {}

  static RuntimeException onLoad(String source, OrtException error) {
    String cause = firstLine(error);
    boolean unsupported =
        error.getCode() == OrtException.OrtErrorCode.ORT_NOT_IMPLEMENTED
            || BEYOND_THIS_BUILD.stream().anyMatch(cause::contains);
    return unsupported
        ? new UnsupportedModelException(
            source + ": ONNX Runtime cannot run this model: " + cause, error)
        : new InvalidModelException(
            source + ": ONNX Runtime does not accept this model: " + cause, error);
  }

  static RuntimeException onRun(String source, OrtException error) {
    String cause = firstLine(error);
    return switch (error.getCode()) {
      case ORT_NOT_IMPLEMENTED ->
          new UnsupportedModelException(
              source + ": ONNX Runtime cannot run this model: " + cause, error);
      case ORT_INVALID_ARGUMENT ->
          new InvalidDataException(
              source + ": the model does not accept this data: " + cause, error);
      default -> new InvalidModelException(source + ": running the model failed: " + cause, error);
    };
  }

  static String firstLine(OrtException error) {
    String message = error.getMessage() == null ? "unknown error" : error.getMessage();
    String bare = CODE.matcher(message.strip()).replaceFirst("");
    String line = bare.lines().findFirst().orElse(bare);
    return ORIGIN.matcher(line).replaceFirst("").strip();
  }
}
