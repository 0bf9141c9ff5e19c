package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;

/**
 * Symmetric INT8 weights: {@code w ≈ scale·q}, zero point 0, q in ±127 or, with reduced range, ±64.
 */
final class WeightQuantizer {
  /** Candidates of the clip search, from {@link #SMALLEST_SHARE} to 1 in equal steps. */
  private static final int CLIP_STEPS = 80;

  private static final double SMALLEST_SHARE = 0.2;

  private final int limit;
  private final boolean perChannel;
  private final WeightClip clip;

  WeightQuantizer(QdqSettings settings) {
    this(settings.reduceRange() ? 64 : 127, settings.perChannel(), settings.weightClip());
  }

  WeightQuantizer(int limit, boolean perChannel, WeightClip clip) {
    this.limit = limit;
    this.perChannel = perChannel;
    this.clip = clip;
  }

  /**
   * A quantized weight.
   *
   * @param values INT8, shape as before
   * @param scales one for each index of the axis, or one in all
   * @param sqnrDb signal to quantization noise of the whole tensor
   */
  record Quantized(Tensor values, float[] scales, double sqnrDb) {
    float scale(int channel) {
      return scales[scales.length == 1 ? 0 : channel];
    }
  }

  /** Number of scales for a weight of this shape. */
  int scaleCount(Tensor weight, int axis) {
    return perChannel ? Math.toIntExact(weight.dim(axis)) : 1;
  }

  /**
   * Quantizes a float weight.
   *
   * @param axis of the output channels
   * @param smallest lower limits of the scales, {@link #scaleCount} of them
   */
  Quantized quantize(Tensor weight, float[] values, int axis, float[] smallest) {
    int count = scaleCount(weight, axis);
    int inner = 1;
    for (int i = axis + 1; i < weight.rank(); i++) {
      inner *= Math.toIntExact(weight.dim(i));
    }
    var scales = scales(values, count, inner, smallest);
    var quantized = new byte[values.length];
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / inner % count];
      double q = Math.max(-limit, Math.min(limit, Math.rint((double) values[i] / scale)));
      quantized[i] = (byte) q;
      double error = values[i] - q * scale;
      signal += (double) values[i] * values[i];
      noise += error * error;
    }
    return new Quantized(
        Tensor.bytes(DataType.INT8, weight.shape(), quantized),
        scales,
        noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise));
  }

  private float[] scales(float[] values, int count, int inner, float[] smallest) {
    var largest = new float[count];
    float overall = 0;
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % count;
      largest[channel] = Math.max(largest[channel], Math.abs(values[i]));
      overall = Math.max(overall, largest[channel]);
    }
    var scales = new float[count];
    for (int c = 0; c < count; c++) {
      // A channel of zeros takes the scale of the largest weight: a bias may still hang on it.
      float magnitude = largest[c] > 0 ? largest[c] : overall > 0 ? overall : limit;
      float scale = magnitude / limit;
      if (clip == WeightClip.MSE && largest[c] > 0) {
        scale = clippedScale(channel(values, count, inner, c), scale);
      }
      scales[c] = Math.max(Math.max(scale, smallest[c]), ScaleZeroPoint.SMALLEST_SCALE);
    }
    return scales;
  }

  private float clippedScale(float[] channel, float full) {
    double best = Double.POSITIVE_INFINITY;
    float bestScale = full;
    for (int step = CLIP_STEPS; step >= 0; step--) {
      double share = SMALLEST_SHARE + (1 - SMALLEST_SHARE) * step / CLIP_STEPS;
      float scale = (float) (full * share);
      double error = squaredError(channel, scale, best);
      if (error < best) {
        best = error;
        bestScale = scale;
      }
    }
    return bestScale;
  }

  private double squaredError(float[] values, float scale, double enough) {
    double sum = 0;
    for (int i = 0; i < values.length && sum < enough; i++) {
      double q = Math.max(-limit, Math.min(limit, Math.rint((double) values[i] / scale)));
      double error = values[i] - q * scale;
      sum += error * error;
    }
    return sum;
  }

  private static float[] channel(float[] values, int count, int inner, int c) {
    var picked = new float[values.length / count];
    int next = 0;
    for (int start = c * inner; start < values.length; start += count * inner) {
      System.arraycopy(values, start, picked, next, inner);
      next += inner;
    }
    return Arrays.copyOf(picked, next);
  }
}
