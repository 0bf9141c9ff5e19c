package dev.modelcompression.onnx;

import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * What a model costs, independent of any machine.
 *
 * @param nodes one entry per node, in execution order
 * @param parameters learned numbers; one that several nodes share counts once
 * @param parameterBytes bytes of these numbers as stored
 * @param macs multiply-accumulate operations of one run, or of one sample of it, of the nodes that
 *     could be counted
 * @param operators how often each operator occurs; those of other domains as {@code domain:Name}
 */
public record ModelCost(
    List<NodeCost> nodes,
    long parameters,
    long parameterBytes,
    long macs,
    SortedMap<String, Integer> operators) {

  /** The nodes whose MACs are not in {@link #macs}: shapes or operator unknown. */
  public List<NodeCost> notCounted() {
    return nodes.stream().filter(node -> node.macs().isEmpty()).toList();
  }

  /** The costs of one of {@code samples} equal parts of a run, rounded; weights stay whole. */
  ModelCost dividedBy(long samples) {
    return new ModelCost(
        nodes.stream().map(node -> node.dividedBy(samples)).toList(),
        parameters,
        parameterBytes,
        part(macs, samples),
        operators);
  }

  private static long part(long whole, long samples) {
    return (whole + samples / 2) / samples;
  }

  /**
   * What one node costs.
   *
   * @param name the node's {@linkplain Node#label() label}
   * @param opType operator, without its domain
   * @param parameters learned numbers that this node uses and no earlier one does
   * @param parameterBytes bytes of these numbers as stored
   * @param macs multiply-accumulate operations; 0 for operators that neither multiply matrices nor
   *     convolve; empty when it cannot be told
   */
  public record NodeCost(
      String name, String opType, long parameters, long parameterBytes, OptionalLong macs) {

    NodeCost dividedBy(long samples) {
      return new NodeCost(
          name,
          opType,
          parameters,
          parameterBytes,
          macs.isPresent()
              ? OptionalLong.of(part(macs.getAsLong(), samples))
              : OptionalLong.empty());
    }
  }
}
