package dev.modelcompression.passes.prune;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which channels stay.
 *
 * @param decisions one for every group of the model, in the order of the graph
 * @param requested the ratio asked for
 * @param removedMacs share of the multiply–accumulates that goes, 0 to 1
 * @param removedParameters share of the parameters that goes, 0 to 1
 * @param removedChannels share of the channels of prunable groups that goes, 0 to 1
 */
public record PrunePlan(
    List<Decision> decisions,
    double requested,
    double removedMacs,
    double removedParameters,
    double removedChannels) {

  public PrunePlan {
    decisions = List.copyOf(decisions);
  }

  /** Kept channels by group, in ascending order, for groups that shrink. */
  public Map<String, int[]> kept() {
    var kept = new LinkedHashMap<String, int[]>();
    decisions.stream()
        .filter(decision -> decision.kept().length < decision.before())
        .forEach(decision -> kept.put(decision.group(), decision.kept()));
    return kept;
  }

  /**
   * What happens to one group, and why.
   *
   * @param group its id
   * @param before channels now
   * @param kept indices of the channels that stay, ascending
   * @param reason one clause for the report, without numbers of channels: each layer has its own
   */
  public record Decision(String group, int before, int[] kept, String reason) {
    public int after() {
      return kept.length;
    }
  }
}
