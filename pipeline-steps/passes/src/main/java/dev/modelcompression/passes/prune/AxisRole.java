package dev.modelcompression.passes.prune;

/** What an axis of a constant is to the layer that reads it. */
public enum AxisRole {
  /** Filters of a layer that computes channels: axis M of a convolution, N of a matrix product. */
  OUTPUT,
  /** Weights with which a layer reads channels: axis C of a convolution, K of a matrix product. */
  INPUT,
  /** One value per channel: bias, normalization parameter, depthwise filter, constant operand. */
  PER_CHANNEL
}
