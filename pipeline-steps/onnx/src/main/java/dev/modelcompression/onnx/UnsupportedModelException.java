package dev.modelcompression.onnx;

/**
 * The model is valid ONNX, but asks for what this program cannot do. The message names the node and
 * the way out.
 */
public final class UnsupportedModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedModelException(String message) {
    super(message);
  }

  public UnsupportedModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
