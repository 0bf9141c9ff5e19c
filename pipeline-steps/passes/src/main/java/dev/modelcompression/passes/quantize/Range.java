package dev.modelcompression.passes.quantize;

/**
 * The interval of real numbers that a quantized value must be able to express; what lies outside is
 * clipped.
 *
 * @param min lower end, finite
 * @param max upper end, finite and not below {@code min}
 */
public record Range(float min, float max) {
  public Range {
    if (!Float.isFinite(min) || !Float.isFinite(max) || min > max) {
      throw new IllegalArgumentException(
          "range: found [" + min + ", " + max + "], expected finite ends in order");
    }
  }
}
