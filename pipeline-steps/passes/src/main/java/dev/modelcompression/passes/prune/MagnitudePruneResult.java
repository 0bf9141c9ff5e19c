package dev.modelcompression.passes.prune;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What unstructured pruning did.
 *
 * @param layers the weights that were looked at, in graph order
 * @param masks by initializer name, the elements that stay; for training that keeps the zeros
 */
public record MagnitudePruneResult(List<Layer> layers, Map<String, BitSet> masks) {

  public MagnitudePruneResult {
    layers = List.copyOf(layers);
    masks = new LinkedHashMap<>(masks);
  }

  /** Zeros as a share of all weights looked at, 0 to 1. */
  public double sparsity() {
    double zeros = layers.stream().mapToLong(Layer::zerosAfter).sum();
    return zeros / layers.stream().mapToLong(Layer::elements).sum();
  }

  /**
   * One layer.
   *
   * @param node label of the layer
   * @param initializer name of its weight
   * @param elements how many weights it has
   * @param zerosBefore how many were 0
   * @param zerosAfter how many are now
   * @param note why the layer was left alone; empty when it was not
   */
  public record Layer(
      String node,
      String initializer,
      long elements,
      long zerosBefore,
      long zerosAfter,
      String note) {}
}
