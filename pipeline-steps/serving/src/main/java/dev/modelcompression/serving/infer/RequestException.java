package dev.modelcompression.serving.infer;

/** A request that is not answered with tensors; the message is for its sender. */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why; also how it is counted. */
  public enum Reason {
    /** The request is wrong, and stays so. */
    INVALID(400),
    /** No such model or version. */
    NOT_FOUND(404),
    /** The body is larger than allowed. */
    TOO_LARGE(413),
    /** Running the model failed. */
    FAILED(500),
    /** The model is not loaded yet. */
    NOT_READY(503),
    /** Too many wait already. */
    OVERLOADED(503);

    private final int status;

    Reason(int status) {
      this.status = status;
    }

    /** HTTP status. */
    public int status() {
      return status;
    }
  }

  private final Reason reason;

  public RequestException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** The request is wrong. */
  @SuppressWarnings(
      "AnnotateFormatMethod") // its annotation is in a library that nothing else needs
  public static RequestException invalid(String format, Object... arguments) {
    return new RequestException(Reason.INVALID, format.formatted(arguments));
  }

  public Reason reason() {
    return reason;
  }

  /** Nobody looks at it, and an overloaded server has better things to do. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
