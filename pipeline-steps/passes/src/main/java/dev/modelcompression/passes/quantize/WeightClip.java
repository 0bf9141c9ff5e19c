package dev.modelcompression.passes.quantize;

/** How the largest weight magnitude that INT8 expresses is chosen. */
public enum WeightClip {
  /** The largest magnitude itself: nothing is clipped. */
  NONE,
  /** The share in [0.2, 1] of it with the least squared error, searched for each scale apart. */
  MSE
}
