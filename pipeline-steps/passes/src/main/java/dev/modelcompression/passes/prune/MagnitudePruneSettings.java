package dev.modelcompression.passes.prune;

import dev.modelcompression.passes.prune.ChannelPruneSettings.Scope;
import java.util.Optional;
import java.util.Set;

/**
 * Which single weights become 0.
 *
 * @param ratio share of the weights of convolutions and matrix products that are not 0 yet; above 0
 *     and below 1. Ignored with a pattern
 * @param scope whether all layers are ranked together or each by itself
 * @param pattern in place of a ratio
 * @param keepNodes labels of nodes whose weights stay as they are
 */
public record MagnitudePruneSettings(
    double ratio, Scope scope, Optional<Pattern> pattern, Set<String> keepNodes) {

  /** Checks the limits. */
  public MagnitudePruneSettings {
    if (pattern.isEmpty() && !(ratio > 0 && ratio < 1)) {
      throw new IllegalArgumentException(
          "prune setting ratio: found " + ratio + ", allowed: above 0 and below 1");
    }
    keepNodes = Set.copyOf(keepNodes);
  }

  /** A share of all weights that are not 0 yet, ranked together. */
  public static MagnitudePruneSettings of(double ratio) {
    return new MagnitudePruneSettings(ratio, Scope.GLOBAL, Optional.empty(), Set.of());
  }

  /** A pattern in every layer that it fits. */
  public static MagnitudePruneSettings of(Pattern pattern) {
    return new MagnitudePruneSettings(0, Scope.LOCAL, Optional.of(pattern), Set.of());
  }

  /**
   * N:M sparsity: of every {@code of} neighbours along the axis that a layer sums over, {@code
   * keep} stay.
   */
  public record Pattern(int keep, int of) {
    /** Checks 0 &lt; keep &lt; of. */
    public Pattern {
      if (keep < 1 || keep >= of) {
        throw new IllegalArgumentException(
            "prune setting pattern: found "
                + keep
                + ":"
                + of
                + ", allowed: N:M with 0 < N < M, such as 2:4");
      }
    }

    /** Writes {@code N:M}. */
    @Override
    public String toString() {
      return keep + ":" + of;
    }

    /** Reads {@code N:M}. */
    public static Pattern parse(String text) {
      var matcher = java.util.regex.Pattern.compile("(\\d{1,4}):(\\d{1,4})").matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "prune setting pattern: found '" + text + "', allowed: N:M, such as 2:4");
      }
      return new Pattern(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
  }
}
