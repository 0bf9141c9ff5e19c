package dev.modelcompression.passes.prune;

import java.util.Set;

/**
 * How much to remove, and within which limits.
 *
 * @param ratio share to remove, above 0 and below 1
 * @param ratioOf what it is a share of
 * @param scope whether all layers compete or each gives the same share
 * @param roundTo channel counts that shrink become multiples of this; 1 or more. Vector hardware
 *     works in blocks: other counts cost as much as the next multiple
 * @param maxRatioPerGroup share of its channels that a single group may lose, above 0 and below 1
 * @param minChannels channels that every group keeps at least; 1 or more
 * @param keepNodes labels of nodes whose output channels stay as they are
 */
public record ChannelPruneSettings(
    double ratio,
    RatioOf ratioOf,
    Scope scope,
    int roundTo,
    double maxRatioPerGroup,
    int minChannels,
    Set<String> keepNodes) {

  /** Share of its channels that a group may lose when nothing else is said. */
  public static final double DEFAULT_MAX_RATIO_PER_GROUP = 0.9;

  /** What the ratio is a share of. */
  public enum RatioOf {
    /** Channels of all prunable groups. */
    CHANNELS("Channels"),
    /** Multiply–accumulates for one sample. */
    MACS("Macs"),
    /** Elements of float initializers. */
    PARAMETERS("Parameters");

    private final String setting;

    RatioOf(String setting) {
      this.setting = setting;
    }

    /** As users write it. */
    @Override
    public String toString() {
      return setting;
    }
  }

  /** Where channels are ranked. */
  public enum Scope {
    /** Within each group; every group gives the same share. */
    LOCAL,
    /** All groups together. */
    GLOBAL
  }

  /** Checks the limits. */
  public ChannelPruneSettings {
    require(ratio > 0 && ratio < 1, "ratio", ratio, "above 0 and below 1");
    require(roundTo >= 1, "roundTo", roundTo, "1 or more");
    require(
        maxRatioPerGroup > 0 && maxRatioPerGroup < 1,
        "maxRatioPerGroup",
        maxRatioPerGroup,
        "above 0 and below 1");
    require(minChannels >= 1, "minChannels", minChannels, "1 or more");
    keepNodes = Set.copyOf(keepNodes);
  }

  /** A share of the MACs, ranked globally, in blocks of 16 channels. */
  public static ChannelPruneSettings ofMacs(double ratio) {
    return new ChannelPruneSettings(
        ratio, RatioOf.MACS, Scope.GLOBAL, 16, DEFAULT_MAX_RATIO_PER_GROUP, 1, Set.of());
  }

  /** The same with another share. */
  public ChannelPruneSettings withRatio(double other) {
    return new ChannelPruneSettings(
        other, ratioOf, scope, roundTo, maxRatioPerGroup, minChannels, keepNodes);
  }

  private static void require(boolean holds, String name, Object found, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException(
          "prune setting " + name + ": found " + found + ", allowed: " + allowed);
    }
  }
}
