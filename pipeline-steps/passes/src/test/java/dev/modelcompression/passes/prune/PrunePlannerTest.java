package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.passes.prune.ChannelPruneSettings.RatioOf;
import dev.modelcompression.passes.prune.ChannelPruneSettings.Scope;
import dev.modelcompression.passes.testing.ModelBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A chain of convolutions, 3 → 32 → 64 → 20 → 2, on 8 × 8 pixels. */
class PrunePlannerTest {
  private final Model model = chain();
  private final ChannelGroups groups =
      ChannelGroups.of(model, ShapeInference.infer(model, Map.of()));

  @ParameterizedTest
  @CsvSource({
    "0.3, LOCAL, 1, CHANNELS, 22 45 14",
    "0.5, LOCAL, 16, CHANNELS, 16 32 16",
    "0.4, LOCAL, 8, CHANNELS, 16 40 16",
    "0.25, GLOBAL, 16, MACS, 32 48 20",
    "0.5, GLOBAL, 16, MACS, 32 32 16",
    "0.75, GLOBAL, 16, MACS, 16 32 16",
    "0.5, GLOBAL, 32, PARAMETERS, 32 32 20",
  })
  void keepsChannels(double ratio, Scope scope, int roundTo, RatioOf of, String kept) {
    var plan = plan(settings(ratio, scope, roundTo, of));
    assertThat(counts(plan)).isEqualTo(kept + " 2");
  }

  @ParameterizedTest
  @CsvSource({"MACS, 0.2", "MACS, 0.5", "MACS, 0.8", "PARAMETERS, 0.4", "CHANNELS, 0.6"})
  void singleChannelsReachTheRatioClosely(RatioOf of, double ratio) {
    for (Scope scope : Scope.values()) {
      var plan = plan(settings(ratio, scope, 1, of));
      double removed =
          switch (of) {
            case MACS -> plan.removedMacs();
            case PARAMETERS -> plan.removedParameters();
            case CHANNELS -> plan.removedChannels();
          };
      assertThat(removed).as("%s %s", scope, of).isCloseTo(ratio, within(0.02));
    }
  }

  @Test
  void removesTheLowestOfEachGroup() {
    var plan = plan(settings(0.5, Scope.LOCAL, 16, RatioOf.CHANNELS));
    int[] kept = plan.decisions().get(0).kept();
    assertThat(kept).hasSize(16).isSorted().startsWith(16).endsWith(31);
    assertThat(plan.decisions().get(0).reason())
        .isEqualTo("the lowest, with 25.8 % of the group's importance");
  }

  @Test
  void neverTakesALayerAway() {
    var greedy = new ChannelPruneSettings(0.98, RatioOf.MACS, Scope.GLOBAL, 1, 0.999, 1, Set.of());
    assertThat(plan(greedy).decisions()).allMatch(decision -> decision.after() >= 1);
    var limited =
        new ChannelPruneSettings(0.7, RatioOf.CHANNELS, Scope.GLOBAL, 1, 0.9, 9, Set.of());
    assertThat(plan(limited).decisions().subList(0, 3)).allMatch(decision -> decision.after() >= 9);
  }

  @Test
  void excludedNodesKeepTheirChannels() {
    var first = groups.groups().get(0).producers().get(0);
    var settings =
        new ChannelPruneSettings(0.4, RatioOf.MACS, Scope.GLOBAL, 16, 0.9, 1, Set.of(first));
    var decision = plan(settings).decisions().get(0);
    assertThat(decision.after()).isEqualTo(32);
    assertThat(decision.reason()).isEqualTo("excluded by name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0     | 16 | prune setting ratio: found 0.0, allowed: above 0 and below 1",
        "1     | 16 | prune setting ratio: found 1.0, allowed: above 0 and below 1",
        "NaN   | 16 | prune setting ratio: found NaN, allowed: above 0 and below 1",
        "0.5   | 0  | prune setting roundTo: found 0, allowed: 1 or more",
        "0.02  | 16 | prune ratio 0.020 of Macs removes nothing: the smallest block of 16",
        "0.5   | 128 | with roundTo 128 no layer has a block to give; lower roundTo",
        "0.999 | 16 | prune ratio 1.00 of Macs cannot be reached: at most 0.8",
      })
  void refuses(double ratio, int roundTo, String message) {
    assertThatThrownBy(() -> plan(settings(ratio, Scope.GLOBAL, roundTo, RatioOf.MACS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("minChannels", "maxRatioPerGroup", "MACS");
  }

  @Test
  void refusesToKeepANodeThatDoesNotExist() {
    var settings =
        new ChannelPruneSettings(0.4, RatioOf.MACS, Scope.GLOBAL, 16, 0.9, 1, Set.of("cnov"));
    assertThatThrownBy(() -> plan(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("exclude: no node 'cnov' in the model; its layers are 'conv'");
  }

  @Test
  void roundsRemoveTheSameShareOfWhatIsLeft() {
    assertThat(PrunePlanner.cumulativeRatio(1, 2, 0.75)).isEqualTo(0.5);
    assertThat(PrunePlanner.cumulativeRatio(2, 2, 0.75)).isEqualTo(0.75);
    assertThat(PrunePlanner.remainingRatio(0.75, 0.5)).isEqualTo(0.5);
    assertThatThrownBy(() -> PrunePlanner.cumulativeRatio(3, 2, 0.75))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Channel c of a group has score c + 1, as a share of its group. */
  private PrunePlan plan(ChannelPruneSettings settings) {
    var scores = new LinkedHashMap<String, double[]>();
    for (var group : groups.prunable()) {
      double[] shares = new double[group.channels()];
      double sum = shares.length * (shares.length + 1) / 2.0;
      Arrays.setAll(shares, channel -> (channel + 1) / sum);
      scores.put(group.id(), shares);
    }
    return PrunePlanner.plan(model, groups, scores, settings);
  }

  private static String counts(PrunePlan plan) {
    List<String> counts =
        plan.decisions().stream().map(decision -> String.valueOf(decision.after())).toList();
    return String.join(" ", counts);
  }

  private static ChannelPruneSettings settings(
      double ratio, Scope scope, int roundTo, RatioOf ratioOf) {
    return new ChannelPruneSettings(ratio, ratioOf, scope, roundTo, 0.9, 1, Set.of());
  }

  private static Model chain() {
    var builder = new ModelBuilder(17, 1);
    String value = builder.input("input", 1, 3, 8, 8);
    int[] channels = {3, 32, 64, 20, 2};
    for (int i = 1; i < channels.length; i++) {
      value = builder.conv(value, channels[i - 1], channels[i], 3, 1, 1, true).output();
    }
    return builder.build(value);
  }
}
