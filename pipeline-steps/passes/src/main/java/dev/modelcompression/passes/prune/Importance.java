package dev.modelcompression.passes.prune;

/** How the worth of a channel is estimated. */
public enum Importance {
  /** Sum of absolute weights. */
  L1,
  /** Root of the sum of squared weights. */
  L2,
  /** Absolute scale of the batch normalizations that the channel goes through (1708.06519). */
  BN_GAMMA,
  /** First-order change of the loss without the channel, squared (1906.10771, eq. 8). */
  TAYLOR,
  /** Sum of distances to the other filters of the layer (1811.00250). */
  FPGM
}
