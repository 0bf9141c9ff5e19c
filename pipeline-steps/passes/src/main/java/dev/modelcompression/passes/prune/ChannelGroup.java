package dev.modelcompression.passes.prune;

import java.util.List;
import java.util.Optional;

/**
 * Channels of one or more layers that can only be removed together, the first of each with the
 * first of the others and so on.
 *
 * @param id name of the first node that computes them; the same for the same graph
 * @param channels how many there are
 * @param width length that one channel takes of the layer's axis: 1, but for grouped convolutions,
 *     of which one channel a group goes, and for heads or blocks of channels
 * @param members the slices of constants that belong to each channel
 * @param blockedBy why none may be removed, naming the node that forbids it; empty when they may
 */
public record ChannelGroup(
    String id, int channels, int width, List<Member> members, Optional<String> blockedBy) {

  public ChannelGroup {
    members = List.copyOf(members);
  }

  public boolean prunable() {
    return blockedBy.isEmpty();
  }

  /** Labels of the nodes that compute these channels. */
  public List<String> producers() {
    return members.stream()
        .filter(member -> member.role() == AxisRole.OUTPUT)
        .map(Member::node)
        .distinct()
        .toList();
  }

  /**
   * One axis of a constant that shrinks with the group.
   *
   * @param node label of the node that reads the constant
   * @param operator the node's operator
   * @param input which of its inputs
   * @param constant name of the constant, behind {@code Identity} nodes if any
   * @param axis the axis
   * @param role what the axis is to the node
   * @param indices for each channel its places on the axis
   */
  public record Member(
      String node,
      String operator,
      int input,
      String constant,
      int axis,
      AxisRole role,
      List<int[]> indices) {
    public Member {
      indices = List.copyOf(indices);
    }
  }
}
