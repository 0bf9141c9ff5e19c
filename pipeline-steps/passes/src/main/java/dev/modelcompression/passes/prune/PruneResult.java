package dev.modelcompression.passes.prune;

import java.util.List;

/**
 * What channel pruning did.
 *
 * @param layers every convolution and matrix product with constant weights, in graph order
 * @param decisions what was decided for each group, and why
 * @param macsBefore multiply–accumulates of these layers for the input shapes given
 * @param macsAfter the same after pruning
 * @param parametersBefore elements of float initializers
 * @param parametersAfter the same after pruning
 */
public record PruneResult(
    List<LayerChange> layers,
    List<PrunePlan.Decision> decisions,
    double macsBefore,
    double macsAfter,
    double parametersBefore,
    double parametersAfter) {

  public PruneResult {
    layers = List.copyOf(layers);
    decisions = List.copyOf(decisions);
  }
}
