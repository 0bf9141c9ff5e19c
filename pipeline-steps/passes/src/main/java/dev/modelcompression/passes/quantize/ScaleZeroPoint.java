package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;

/**
 * The affine map of an 8-bit value: {@code real = scale·(q − zeroPoint)}.
 *
 * @see <a href="https://arxiv.org/abs/1712.05877">Jacob et al. 2018</a>, §2.1
 */
public record ScaleZeroPoint(float scale, int zeroPoint) {
  /** Keeps products of an activation and a weight scale away from subnormal floats. */
  static final float SMALLEST_SCALE = 1e-18f;

  /**
   * The map for a range, widened to include 0 so that 0 is exact.
   *
   * @param type UINT8 or INT8
   */
  static ScaleZeroPoint of(Range range, DataType type) {
    int qMin = qMin(type);
    int qMax = qMax(type);
    double min = Math.min(range.min(), 0);
    double max = Math.max(range.max(), 0);
    float scale = (float) ((max - min) / (qMax - qMin));
    if (scale < SMALLEST_SCALE) {
      return new ScaleZeroPoint(max == min ? 1 : SMALLEST_SCALE, max > 0 || min == 0 ? qMin : qMax);
    }
    return new ScaleZeroPoint(scale, zeroPoint(min / scale, qMin, qMax));
  }

  /**
   * The map for a range of which no expressible number may leave {@code bounds}: only then does
   * quantizing imply the Relu or Clip before it, which ONNX Runtime drops.
   */
  static ScaleZeroPoint within(Range range, Range bounds, DataType type) {
    float low = Math.max(Math.min(range.min(), 0), bounds.min());
    float high = Math.min(Math.max(range.max(), 0), bounds.max());
    var map = of(new Range(low, high), type);
    float scale = map.scale;
    int above = qMax(type) - map.zeroPoint;
    int below = map.zeroPoint - qMin(type);
    while (scale * above > bounds.max() || -scale * below < bounds.min()) {
      double tighter = scale;
      if (above > 0) {
        tighter = Math.min(tighter, (double) bounds.max() / above);
      }
      if (below > 0) {
        tighter = Math.min(tighter, (double) -bounds.min() / below);
      }
      scale = Math.nextDown((float) tighter);
    }
    return new ScaleZeroPoint(scale, map.zeroPoint);
  }

  /** The nearest 8-bit number, ties to even, saturating. */
  byte quantize(float value, DataType type) {
    double q = Math.rint((double) value / scale) + zeroPoint;
    return (byte) (int) Math.max(qMin(type), Math.min(qMax(type), q));
  }

  private static int zeroPoint(double minInSteps, int qMin, int qMax) {
    return (int) Math.max(qMin, Math.min(qMax, Math.rint(qMin - minInSteps)));
  }

  private static int qMin(DataType type) {
    return type == DataType.UINT8 ? 0 : -128;
  }

  private static int qMax(DataType type) {
    return type == DataType.UINT8 ? 255 : 127;
  }
}
