package dev.modelcompression.cli.step;

/** A kind of step that this host cannot run. */
public final class UnsupportedStepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedStepException(String message) {
    super(message);
  }
}
