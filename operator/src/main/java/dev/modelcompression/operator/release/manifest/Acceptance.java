package dev.modelcompression.operator.release.manifest;

/**
 * What the Gateways of a route say of it.
 *
 * @param accepted all of them have taken it, at its generation
 * @param reason {@code Accepted}; {@value #PENDING} while one has not looked at it; else the reason
 *     that one gives
 * @param message what stands in the way; empty when nothing does
 */
public record Acceptance(boolean accepted, String reason, String message) {
  /** No answer yet to the route as it is written now. */
  public static final String PENDING = "Pending";

  static final Acceptance YES = new Acceptance(true, "Accepted", "");

  static Acceptance pending(String message) {
    return new Acceptance(false, PENDING, message);
  }
}
