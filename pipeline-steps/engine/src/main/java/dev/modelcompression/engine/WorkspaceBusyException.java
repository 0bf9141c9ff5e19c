package dev.modelcompression.engine;

/** Another run uses the workspace; trying again later may help. */
public final class WorkspaceBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WorkspaceBusyException(String message) {
    super(message);
  }
}
