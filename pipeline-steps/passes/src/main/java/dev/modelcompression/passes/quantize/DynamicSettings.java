package dev.modelcompression.passes.quantize;

import java.util.Set;

/**
 * How dynamic INT8 quantization is done: weights are stored in 8 bits, activations are quantized at
 * run time with the range of the batch at hand.
 *
 * @param perChannel one weight scale for each output column (default), or one a tensor
 * @param reduceRange weights in ±64 instead of ±127, for CPUs without VNNI; default no
 * @param weightClip how the range of a weight is found
 * @param minEmbeddingElements tables that a Gather reads stay float below this size; default 65536
 * @param excludedNodes names of nodes that stay float
 */
public record DynamicSettings(
    boolean perChannel,
    boolean reduceRange,
    WeightClip weightClip,
    long minEmbeddingElements,
    Set<String> excludedNodes) {

  public DynamicSettings {
    if (minEmbeddingElements < 0) {
      throw new IllegalArgumentException(
          "minEmbeddingElements: found " + minEmbeddingElements + ", allowed: 0 or more");
    }
    excludedNodes = Set.copyOf(excludedNodes);
  }

  public static DynamicSettings defaults() {
    return new DynamicSettings(true, false, WeightClip.NONE, 1 << 16, Set.of());
  }

  public DynamicSettings withExcludedNodes(Set<String> nodes) {
    return new DynamicSettings(perChannel, reduceRange, weightClip, minEmbeddingElements, nodes);
  }
}
