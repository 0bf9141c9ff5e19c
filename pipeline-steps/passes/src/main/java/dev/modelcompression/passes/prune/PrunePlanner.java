package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.ExcludedNodes;
import dev.modelcompression.passes.prune.ChannelPruneSettings.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides how many channels each group keeps, and which.
 *
 * <p>Works in whole blocks of {@code roundTo} channels. With {@link Scope#GLOBAL} the block whose
 * channels matter least for what their removal saves goes first, until the next one would overshoot
 * the ratio by more than leaving it would undershoot. Saved is counted as the share of MACs plus
 * the share of parameters, because a user wants both; only the goal is counted in {@code ratioOf}.
 * With {@link Scope#LOCAL} every group gives the same share of its channels, the one that comes
 * closest to the ratio.
 */
public final class PrunePlanner {
  private static final int LOCAL_STEPS = 1000;

  /** How far the most that may be removed may stay behind the ratio: block sizes are coarse. */
  private static final double SLACK = 0.1;

  private final ChannelGroups groups;
  private final ChannelPruneSettings settings;
  private final ChannelCost cost;
  private final int[] original;
  private final List<GroupChoice> choices = new ArrayList<>();

  private PrunePlanner(
      Model model,
      ChannelGroups groups,
      Map<String, double[]> scores,
      ChannelPruneSettings settings) {
    this.groups = groups;
    this.settings = settings;
    this.cost = ChannelCost.of(model, groups);
    this.original = cost.channels();
    for (int g = 0; g < groups.groups().size(); g++) {
      var group = groups.groups().get(g);
      if (group.prunable() && !isKept(group)) {
        choices.add(GroupChoice.of(g, group, ChannelImportance.of(scores, group.id()), settings));
      }
    }
  }

  /**
   * Plans one round.
   *
   * @param scores of every prunable group, see {@link ChannelImportance}
   * @throws UnsupportedModelException no group of this model can be pruned; the message names what
   *     forbids it
   * @throws IllegalArgumentException the settings leave nothing to remove, forbid to come near the
   *     ratio, or keep a node that does not exist; the message says what would help
   */
  public static PrunePlan plan(
      Model model,
      ChannelGroups groups,
      Map<String, double[]> scores,
      ChannelPruneSettings settings) {
    ExcludedNodes.check(model.graph(), settings.keepNodes());
    if (groups.prunable().isEmpty()) {
      throw new UnsupportedModelException("no channel can be pruned: " + blockers(groups));
    }
    return new PrunePlanner(model, groups, scores, settings).plan();
  }

  /**
   * The share to have removed in total after a round, so that every round removes the same share of
   * what is left and the last reaches {@code ratio}.
   *
   * @param round 1 for the first
   */
  public static double cumulativeRatio(int round, int rounds, double ratio) {
    if (round < 1 || round > rounds) {
      throw new IllegalArgumentException("round " + round + " of " + rounds + " does not exist");
    }
    return round == rounds ? ratio : 1 - Math.pow(1 - ratio, (double) round / rounds);
  }

  /**
   * The share of what is left that must go to have removed {@code total}, when {@code removed} of
   * the original went already; 0 or less when enough is gone.
   */
  public static double remainingRatio(double total, double removed) {
    return (total - removed) / (1 - removed);
  }

  private PrunePlan plan() {
    int[] least = original.clone();
    choices.forEach(choice -> least[choice.index()] = choice.smallest());
    refuseOutOfReach(least);
    int[] kept = settings.scope() == Scope.GLOBAL ? global() : local();
    if (Arrays.equals(kept, original)) {
      throw new IllegalArgumentException(nothingRemoved());
    }
    return describe(kept);
  }

  private int[] global() {
    int[] kept = original.clone();
    while (true) {
      GroupChoice best = null;
      double bestPrice = Double.POSITIVE_INFINITY;
      double missing = settings.ratio() - removed(kept);
      for (var choice : choices) {
        int[] next = choice.next(kept);
        double price = choice.loss(kept, next) / saved(kept, next);
        boolean fits = removed(next) - settings.ratio() < missing;
        if (next[choice.index()] < kept[choice.index()] && fits && price < bestPrice) {
          best = choice;
          bestPrice = price;
        }
      }
      if (best == null || missing <= 0) {
        return kept;
      }
      kept = best.next(kept);
    }
  }

  private int[] local() {
    int[] best = original.clone();
    for (int step = 1; step <= LOCAL_STEPS; step++) {
      int[] kept = original.clone();
      double share = (double) step / LOCAL_STEPS;
      choices.forEach(choice -> kept[choice.index()] = choice.nearest(1 - share));
      boolean closer =
          Math.abs(removed(kept) - settings.ratio()) < Math.abs(removed(best) - settings.ratio());
      best = closer ? kept : best;
    }
    return best;
  }

  private double saved(int[] before, int[] after) {
    return share(cost.macs(before) - cost.macs(after), cost.macs(original))
        + share(cost.parameters(before) - cost.parameters(after), cost.parameters(original));
  }

  private double removed(int[] kept) {
    return switch (settings.ratioOf()) {
      case MACS -> removedMacs(kept);
      case PARAMETERS -> removedParameters(kept);
      case CHANNELS -> removedChannels(kept);
    };
  }

  private double removedMacs(int[] kept) {
    return share(cost.macs(original) - cost.macs(kept), cost.macs(original));
  }

  private double removedParameters(int[] kept) {
    return share(cost.parameters(original) - cost.parameters(kept), cost.parameters(original));
  }

  private double removedChannels(int[] kept) {
    double before = choices.stream().mapToInt(choice -> original[choice.index()]).sum();
    return share(before - choices.stream().mapToInt(c -> kept[c.index()]).sum(), before);
  }

  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }

  private boolean isKept(ChannelGroup group) {
    return group.producers().stream().anyMatch(settings.keepNodes()::contains);
  }

  private void refuseOutOfReach(int[] least) {
    if (Arrays.equals(least, original)) {
      throw new IllegalArgumentException(nothingRemoved());
    }
    double most = removed(least);
    if (most < settings.ratio() - SLACK) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "prune ratio %.2f of %s cannot be reached: at most %.2f can go with roundTo %d%s, as"
                  + " every layer keeps some channels; lower the ratio",
              settings.ratio(),
              settings.ratioOf(),
              most,
              settings.roundTo(),
              excluded()));
    }
  }

  private String nothingRemoved() {
    var smallest =
        choices.stream()
            .filter(choice -> choice.smallest() < original[choice.index()])
            .mapToDouble(choice -> removed(choice.next(original)))
            .min();
    String found =
        String.format(
            Locale.ROOT,
            "prune ratio %.3f of %s removes nothing",
            settings.ratio(),
            settings.ratioOf());
    return smallest.isPresent()
        ? String.format(
            Locale.ROOT,
            "%s: the smallest block of %d channels is a share of %.3f; raise the ratio, or lower"
                + " roundTo",
            found,
            settings.roundTo(),
            smallest.getAsDouble())
        : found
            + ": with roundTo "
            + settings.roundTo()
            + excluded()
            + " no layer has a block to give; lower roundTo"
            + (settings.keepNodes().isEmpty() ? "" : ", or exclude less");
  }

  private String excluded() {
    int nodes = settings.keepNodes().size();
    return nodes == 0 ? "" : " and " + nodes + (nodes == 1 ? " node" : " nodes") + " in exclude";
  }

  private PrunePlan describe(int[] kept) {
    var decisions = new ArrayList<PrunePlan.Decision>();
    var chosen = choices.stream().collect(Collectors.toMap(GroupChoice::index, choice -> choice));
    for (int g = 0; g < original.length; g++) {
      var group = groups.groups().get(g);
      var choice = chosen.get(g);
      int[] channels =
          choice == null ? IntStream.range(0, original[g]).toArray() : choice.best(kept[g]);
      decisions.add(
          new PrunePlan.Decision(
              group.id(), original[g], channels, reason(group, choice, kept[g])));
    }
    return new PrunePlan(
        decisions,
        settings.ratio(),
        removedMacs(kept),
        removedParameters(kept),
        removedChannels(kept));
  }

  private String reason(
      ChannelGroup group, @org.jspecify.annotations.Nullable GroupChoice choice, int kept) {
    if (choice == null) {
      return group.blockedBy().orElse("excluded by name");
    }
    if (kept < group.channels()) {
      return String.format(
          Locale.ROOT,
          "the lowest, with %.1f %% of the group's importance",
          100 * choice.lostShare(kept));
    }
    return choice.smallest() == group.channels()
        ? "too narrow for a block of " + settings.roundTo() + " to go"
        : "matters more than what was removed elsewhere";
  }

  /** At most three distinct reasons, in the order of the graph. */
  private static String blockers(ChannelGroups groups) {
    var reasons =
        groups.groups().stream()
            .filter(group -> !group.prunable())
            .map(group -> "'" + group.id() + "' is pinned: " + group.blockedBy().orElseThrow())
            .limit(3)
            .toList();
    return reasons.isEmpty()
        ? "it has no convolution or matrix product with constant weights"
        : String.join("; ", reasons);
  }
}
