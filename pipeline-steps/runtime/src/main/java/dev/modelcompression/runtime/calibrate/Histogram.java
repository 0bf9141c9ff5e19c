package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.passes.quantize.Range;
import java.nio.FloatBuffer;

/**
 * How often a value takes which magnitude, collected in one sweep and in fixed memory.
 *
 * <p>{@link #BINS} equal bins for each sign cover magnitudes below 2<sup>e</sup>, the smallest
 * power of two above every magnitude seen. A larger number doubles the range and merges bins in
 * pairs. Because ranges are powers of two, bin edges are exact and merging loses nothing: the
 * result depends neither on the order of the numbers nor on how they came in batches. The largest
 * magnitude always lies in the upper half, so at least {@code BINS / 2} = 2048 bins are in use.
 *
 * <p>Not thread-safe.
 */
public final class Histogram {
  /** Bins for each sign. */
  public static final int BINS = 4096;

  private static final int BIN_BITS = 12;

  /** Magnitudes below 2^−100 are as good as 0. */
  private static final int SMALLEST_EXPONENT = -100;

  private static final int CHUNK = 4096;

  /** Positive numbers from 0, negative ones from {@link #BINS}, each by magnitude. */
  private final long[] counts = new long[2 * BINS];

  private int exponent = SMALLEST_EXPONENT;
  private long count;
  private long zeros;
  private final Extremes extremes = new Extremes();
  private double sum;
  private double sumOfSquares;

  /**
   * Takes all remaining numbers of the buffer.
   *
   * @throws InvalidDataException one of them is infinite or not a number
   */
  public void add(FloatBuffer values) {
    var chunk = new float[Math.min(CHUNK, values.remaining())];
    while (values.hasRemaining()) {
      int length = Math.min(chunk.length, values.remaining());
      values.get(chunk, 0, length);
      addMoments(chunk, length);
      addCounts(chunk, length);
    }
  }

  /** Numbers seen. */
  public long count() {
    return count;
  }

  /** How many of them were exactly zero. */
  public long zeros() {
    return zeros;
  }

  /** Smallest number seen; 0 when there was none. */
  public float min() {
    return extremes.min();
  }

  /** Largest number seen; 0 when there was none. */
  public float max() {
    return extremes.max();
  }

  /** Largest magnitude seen. */
  public float maxMagnitude() {
    return Math.max(Math.abs(min()), Math.abs(max()));
  }

  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  public double standardDeviation() {
    double mean = mean();
    return count == 0 ? 0 : Math.sqrt(Math.max(0, sumOfSquares / count - mean * mean));
  }

  /** Width of every bin, a power of two. */
  public double binWidth() {
    return Math.scalb(1.0, exponent - BIN_BITS);
  }

  /** Numbers {@code x ≥ 0} with {@code x} in {@code [bin, bin + 1)} times the bin width. */
  public long positive(int bin) {
    return counts[bin];
  }

  /** Numbers {@code x < 0} with {@code −x} in {@code [bin, bin + 1)} times the bin width. */
  public long negative(int bin) {
    return counts[BINS + bin];
  }

  /** Bins up to the one of the largest magnitude. */
  public int usedBins() {
    return Math.min(BINS, (int) (maxMagnitude() / binWidth()) + 1);
  }

  /**
   * The lower edge of the bin below which at most a fraction of all numbers lies, but no less than
   * the smallest number seen.
   *
   * @param fraction in [0, 1]
   */
  public double lowerQuantile(double fraction) {
    return Math.max(edge(rankBin(fraction), true), min());
  }

  /**
   * The upper edge of the bin above which at most {@code 1 − fraction} of all numbers lies, but no
   * more than the largest number seen.
   *
   * @param fraction in [0, 1]
   */
  public double upperQuantile(double fraction) {
    return Math.min(edge(rankBin(fraction), false), max());
  }

  /** Bin of the number of that rank: from 0 for positive, below 0 for negative numbers. */
  private int rankBin(double fraction) {
    double wanted = Math.max(1, Math.ceil(fraction * count));
    long seen = 0;
    for (int bin = -BINS; bin < BINS; bin++) {
      seen += bin < 0 ? negative(-1 - bin) : positive(bin);
      if (seen >= wanted) {
        return bin;
      }
    }
    return BINS - 1;
  }

  private double edge(int bin, boolean lower) {
    return (lower ? bin : bin + 1) * binWidth();
  }

  /** From the smallest to the largest number seen, both clipped to ±{@code threshold}. */
  public Range clipped(double threshold) {
    double low = Math.max(-threshold, Math.min(threshold, min()));
    double high = Math.max(-threshold, Math.min(threshold, max()));
    return new Range((float) low, (float) high);
  }

  private void addMoments(float[] values, int length) {
    extremes.add(values, length);
    // Two sums each: one alone would wait for its own last addition.
    double sumEven = 0;
    double sumOdd = 0;
    double squaresEven = 0;
    double squaresOdd = 0;
    int i = 0;
    for (; i + 1 < length; i += 2) {
      float even = values[i];
      float odd = values[i + 1];
      sumEven += even;
      sumOdd += odd;
      squaresEven += (double) even * even;
      squaresOdd += (double) odd * odd;
    }
    if (i < length) {
      sumEven += values[i];
      squaresEven += (double) values[i] * values[i];
    }
    sum += sumEven + sumOdd;
    sumOfSquares += squaresEven + squaresOdd;
    count += length;
  }

  private void addCounts(float[] values, int length) {
    coverMagnitude(maxMagnitude());
    float scale = Math.scalb(1f, BIN_BITS - exponent);
    long newZeros = 0;
    for (int i = 0; i < length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      int magnitude = bits & 0x7fffffff;
      int sign = (bits >>> 31) & (-magnitude >>> 31); // −0 counts as 0
      counts[(sign << BIN_BITS) + (int) (Float.intBitsToFloat(magnitude) * scale)]++;
      newZeros += (magnitude - 1) >>> 31;
    }
    zeros += newZeros;
  }

  private void coverMagnitude(float magnitude) {
    int needed = Math.max(SMALLEST_EXPONENT, Math.getExponent(magnitude) + 1);
    if (needed <= exponent) {
      return;
    }
    int shift = Math.min(needed - exponent, BIN_BITS);
    for (int base = 0; base < counts.length; base += BINS) {
      for (int bin = 1; bin < BINS; bin++) {
        long moved = counts[base + bin];
        counts[base + bin] = 0;
        counts[base + (bin >> shift)] += moved;
      }
    }
    exponent = needed;
  }
}
