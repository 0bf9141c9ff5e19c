package dev.modelcompression.data;

/**
 * A data set is malformed or does not fit the model. The message names the file, the array and what
 * was expected.
 */
public final class InvalidDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidDataException(String message) {
    super(message);
  }

  public InvalidDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
