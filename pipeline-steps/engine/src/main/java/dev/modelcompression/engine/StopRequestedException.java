package dev.modelcompression.engine;

/** The user asked the run to stop. Thrown out of a step's progress to leave the step. */
public final class StopRequestedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StopRequestedException() {
    super("the run was stopped");
  }
}
