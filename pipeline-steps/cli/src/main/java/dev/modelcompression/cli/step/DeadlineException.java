package dev.modelcompression.cli.step;

/** A step did not end before its deadline. What it had done by then is in its checkpoint. */
public final class DeadlineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DeadlineException(String message) {
    super(message);
  }
}
