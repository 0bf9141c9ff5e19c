package dev.modelcompression.onnx;

/**
 * The model breaks the ONNX specification: truncated, cyclic, inconsistent. The message names where
 * and what.
 */
public final class InvalidModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidModelException(String message) {
    super(message);
  }

  public InvalidModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
