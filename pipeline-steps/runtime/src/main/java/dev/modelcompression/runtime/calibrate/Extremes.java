package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.data.InvalidDataException;
import java.nio.FloatBuffer;

/** The smallest and the largest number that a value takes. Not thread-safe. */
final class Extremes {
  private static final int CHUNK = 4096;

  private float min = Float.POSITIVE_INFINITY;
  private float max = Float.NEGATIVE_INFINITY;

  /**
   * Takes all remaining numbers of the buffer.
   *
   * @throws InvalidDataException one of them is infinite or not a number
   */
  void add(FloatBuffer values) {
    var chunk = new float[Math.min(CHUNK, values.remaining())];
    while (values.hasRemaining()) {
      int length = Math.min(chunk.length, values.remaining());
      values.get(chunk, 0, length);
      add(chunk, length);
    }
  }

  /** Takes the first {@code length} numbers. */
  void add(float[] values, int length) {
    float low = min;
    float high = max;
    boolean numbers = true;
    for (int i = 0; i < length; i++) {
      float value = values[i];
      // Comparisons are almost always decided the same way, which a CPU foresees.
      if (value < low) {
        low = value;
      }
      if (value > high) {
        high = value;
      }
      numbers &= !Float.isNaN(value);
    }
    if (!numbers || low == Float.NEGATIVE_INFINITY || high == Float.POSITIVE_INFINITY) {
      throw new InvalidDataException("found a number that is infinite or not a number");
    }
    min = low;
    max = high;
  }

  /** Smallest number seen; 0 when there was none. */
  float min() {
    return min > max ? 0 : min;
  }

  /** Largest number seen; 0 when there was none. */
  float max() {
    return min > max ? 0 : max;
  }
}
