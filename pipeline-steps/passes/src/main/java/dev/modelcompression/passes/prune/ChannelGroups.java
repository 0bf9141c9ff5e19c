package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Shapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The dependency groups of a model: which channels of which layers go together.
 *
 * <p>Found by coupling single channels (see {@link Coupling}), then putting channels that touch the
 * same slices of the same constants into one group. So a residual trunk is one group, the parts of
 * a concatenation are several, and half of a split is one of its own.
 *
 * @see <a href="https://arxiv.org/abs/2301.12900">DepGraph</a>
 */
public final class ChannelGroups {
  private final AxisTracer tracer;
  private final List<ChannelGroup> groups;
  private final Map<Integer, Place> places;

  private ChannelGroups(AxisTracer tracer, List<ChannelGroup> groups, Map<Integer, Place> places) {
    this.tracer = tracer;
    this.groups = List.copyOf(groups);
    this.places = places;
  }

  /**
   * Finds the groups. The model is not changed.
   *
   * @param shapes of this model, inferred with every input dimension given a number: where a shape
   *     is not known, channels are pinned
   * @throws dev.modelcompression.onnx.UnsupportedModelException the model is quantized
   */
  public static ChannelGroups of(Model model, Shapes shapes) {
    var tracer = AxisTracer.trace(model, shapes);
    var channels = channels(tracer);
    var byKind = new LinkedHashMap<String, List<Channel>>();
    channels.values().stream()
        .filter(channel -> channel.produced)
        .forEach(c -> byKind.computeIfAbsent(c.kind(), key -> new ArrayList<>()).add(c));
    var groups = new ArrayList<ChannelGroup>();
    var places = new HashMap<Integer, Place>();
    var ids = new HashMap<String, Integer>();
    for (var members : byKind.values()) {
      for (int i = 0; i < members.size(); i++) {
        places.put(members.get(i).root, new Place(groups.size(), i));
      }
      groups.add(group(tracer, members, ids));
    }
    return new ChannelGroups(tracer, groups, places);
  }

  /** All groups that some layer computes, in the order of the graph. */
  public List<ChannelGroup> groups() {
    return groups;
  }

  /** Groups that channels may be removed from. */
  public List<ChannelGroup> prunable() {
    return groups.stream().filter(ChannelGroup::prunable).toList();
  }

  AxisTracer tracer() {
    return tracer;
  }

  /** Where a unit belongs; empty for those of no group. */
  Optional<Place> place(int unit) {
    return Optional.ofNullable(places.get(tracer.coupling().find(unit)));
  }

  /**
   * One channel.
   *
   * @param group index into {@link #groups()}
   * @param channel index within the group
   */
  record Place(int group, int channel) {}

  /** All coupled channels by their lowest unit, which puts them in the order of the graph. */
  private static Map<Integer, Channel> channels(AxisTracer tracer) {
    var channels = new TreeMap<Integer, Channel>();
    for (int s = 0; s < tracer.slices().size(); s++) {
      var slice = tracer.slices().get(s);
      for (int i = 0; i < slice.units().length; i++) {
        var channel = channel(tracer, channels, slice.units()[i]);
        channel.places.computeIfAbsent(s, key -> new ArrayList<>()).add(i);
        channel.produced |= slice.role() == AxisRole.OUTPUT;
      }
    }
    for (int p = 0; p < tracer.parts().size(); p++) {
      for (int unit : tracer.parts().get(p)) {
        channel(tracer, channels, unit).parts.merge(p, 1, Integer::sum);
      }
    }
    return channels;
  }

  private static Channel channel(AxisTracer tracer, Map<Integer, Channel> channels, int unit) {
    int root = tracer.coupling().find(unit);
    return channels.computeIfAbsent(root, r -> new Channel(r, tracer.coupling().pinReason(r)));
  }

  private static ChannelGroup group(
      AxisTracer tracer, List<Channel> channels, Map<String, Integer> ids) {
    var first = channels.get(0);
    var members = new ArrayList<ChannelGroup.Member>();
    int width = Integer.MAX_VALUE;
    String id = "";
    for (int s : first.places.keySet()) {
      var slice = tracer.slices().get(s);
      if (slice.role() == AxisRole.OUTPUT) {
        id = id.isEmpty() ? slice.node().label() : id;
        width = Math.min(width, first.indices(s).length);
      }
      var indices = channels.stream().map(channel -> channel.indices(s)).toList();
      members.add(
          new ChannelGroup.Member(
              slice.node().label(),
              slice.node().opType(),
              slice.input(),
              slice.constant(),
              slice.axis(),
              slice.role(),
              indices));
    }
    var blockedBy = first.pinned;
    if (blockedBy.isEmpty() && channels.size() == 1) {
      blockedBy = Optional.of("all of its channels can only be removed together");
    }
    int nth = ids.merge(id, 1, Integer::sum);
    return new ChannelGroup(
        nth == 1 ? id : id + "#" + nth, channels.size(), width, members, blockedBy);
  }

  /** Places of one coupled channel, by slice and by part. */
  private static final class Channel {
    final int root;
    final Optional<String> pinned;
    final Map<Integer, List<Integer>> places = new TreeMap<>();
    final Map<Integer, Integer> parts = new TreeMap<>();
    boolean produced;

    Channel(int root, Optional<String> pinned) {
      this.root = root;
      this.pinned = pinned;
    }

    int[] indices(int slice) {
      return places.getOrDefault(slice, List.of()).stream().mapToInt(Integer::intValue).toArray();
    }

    /** The same for channels that touch the same axes equally often, and are alike free or not. */
    String kind() {
      var kind = new StringBuilder();
      places.forEach((slice, at) -> kind.append(slice).append('x').append(at.size()).append(' '));
      return kind.append(parts).append(pinned.isPresent()).toString();
    }
  }

  @Override
  public String toString() {
    var lines = new StringBuilder();
    for (var group : groups) {
      lines
          .append(group.id())
          .append(": ")
          .append(group.channels())
          .append(group.blockedBy().map(reason -> " pinned: " + reason).orElse(""))
          .append('\n');
      group
          .members()
          .forEach(
              m ->
                  lines
                      .append("  ")
                      .append(Arrays.asList(m.role(), m.node(), m.constant(), m.axis()))
                      .append('\n'));
    }
    return lines.toString();
  }
}
