package dev.modelcompression.passes;

/** A pass broke in a way that is a fault of this program, not of the model. */
public final class PassFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PassFailedException(String pass, RuntimeException cause) {
    super("pass '" + pass + "' failed: " + cause, cause);
  }
}
