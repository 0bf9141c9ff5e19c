package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.OrtRunner;
import dev.modelcompression.passes.testing.RandomModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pruned models compute what the original computes when the weights that read removed channels are
 * 0. Only the order of float32 sums differs: 1e-4 of the largest output is 1,000 times its
 * rounding.
 */
class ChannelPruneEquivalenceTest {
  private static final double TOLERANCE = 1e-4;

  static IntStream kinds() {
    return IntStream.range(0, PrunableNets.KINDS);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindOfBlockLosesChannelsAndComputesTheSame(int kind) {
    for (long opset : new long[] {11, 13, 17, 21}) {
      for (long seed = 0; seed < 3; seed++) {
        var model = PrunableNets.of(kind, opset, seed);
        var input = randomInput(seed);
        checkEquivalent(model, PrunableNets.INPUT_SHAPE, input, seed);
        checkOnlyTheLogitsArePinned(model);
      }
    }
  }

  /** Softmax took all axes from the second on before opset 13. */
  private static void checkOnlyTheLogitsArePinned(Model model) {
    var shapes = ShapeInference.infer(model, PrunableNets.INPUT_SHAPE);
    assertThat(ChannelGroups.of(model, shapes).groups())
        .filteredOn(group -> !group.prunable())
        .allSatisfy(
            group ->
                assertThat(group.blockedBy().orElseThrow())
                    .containsAnyOf(
                        "graph output", model.opset() < 13 ? "(Softmax)" : "graph output"));
  }

  /** The second layer's channels are the model's output: it needs all of the shared bias. */
  @Test
  void aConstantThatAnUnprunedLayerReadsTooKeepsItsChannelsThere() {
    var builder = new ModelBuilder(17, 1);
    var bias = builder.normal(1, 8);
    var first = builder.conv(builder.input("input", 2, 3, 8, 8), 3, 8, 3, 1, 1, false);
    first.setInput(2, bias);
    var second = builder.conv(builder.op("Relu", first.output()), 8, 8, 3, 1, 1, false);
    second.setInput(2, bias);
    var model = builder.build(second.output());
    checkEquivalent(model, PrunableNets.INPUT_SHAPE, randomInput(1), 1);
  }

  @Property(tries = 60)
  void chainsOfBlocksComputeTheSame(
      @ForAll @LongRange(min = 0, max = 1L << 40) long seed,
      @ForAll @IntRange(min = 11, max = 21) int opset) {
    var model = PrunableNets.random(opset, seed);
    checkEquivalent(model, PrunableNets.INPUT_SHAPE, randomInput(seed), seed);
  }

  @Property(tries = 60)
  void classifiersComputeTheSame(@ForAll @LongRange(min = 0, max = 1L << 40) long seed) {
    var model = RandomModels.convNet(seed);
    var input = RandomModels.input(model, 2, seed);
    var shapes =
        Map.of(RandomModels.INPUT, Objects.requireNonNull(input.get(RandomModels.INPUT)).shape());
    checkEquivalent(model, shapes, input, seed);
  }

  static void checkEquivalent(
      Model model, Map<String, long[]> inputShapes, Map<String, Tensor> input, long seed) {
    var groups = ChannelGroups.of(model, ShapeInference.infer(model, inputShapes));
    assertThat(groups.prunable()).as("prunable groups of\n%s", groups).isNotEmpty();
    var plan = randomPlan(groups, new Random(seed));
    var pruned = model.copy();
    var result = new ChannelPrunePass(plan, inputShapes).prune(pruned);
    assertThat(result.parametersAfter()).isLessThan(result.parametersBefore());
    assertThat(result.layers()).anyMatch(LayerChange::changed);
    var expected = OrtRunner.run(withoutReaders(model, groups, plan), input);
    assertClose(OrtRunner.run(pruned, input), expected, TOLERANCE);
  }

  /** Removes about half of the channels of every group, at random. */
  private static PrunePlan randomPlan(ChannelGroups groups, Random random) {
    var decisions = new ArrayList<PrunePlan.Decision>();
    for (var group : groups.groups()) {
      int[] all = IntStream.range(0, group.channels()).toArray();
      int[] kept = Arrays.stream(all).filter(channel -> random.nextBoolean()).toArray();
      int lost = random.nextInt(group.channels());
      kept = kept.length == all.length ? Arrays.stream(all).filter(c -> c != lost).toArray() : kept;
      kept = kept.length == 0 ? new int[] {lost} : kept;
      decisions.add(
          new PrunePlan.Decision(
              group.id(), group.channels(), group.prunable() ? kept : all, "random"));
    }
    return new PrunePlan(decisions, 0.5, 0, 0, 0);
  }

  /** The original with the weights set to 0 that read removed channels. */
  private static Model withoutReaders(Model model, ChannelGroups groups, PrunePlan plan) {
    var zeroed = model.copy();
    for (int g = 0; g < plan.decisions().size(); g++) {
      var kept = Arrays.stream(plan.decisions().get(g).kept()).boxed().toList();
      for (var member : groups.groups().get(g).members()) {
        if (member.role() == AxisRole.INPUT) {
          var removed =
              IntStream.range(0, member.indices().size())
                  .filter(channel -> !kept.contains(channel))
                  .flatMap(channel -> Arrays.stream(member.indices().get(channel)))
                  .boxed()
                  .toList();
          var weight = zeroed.graph().initializer(member.constant()).orElseThrow();
          zeroed.graph().setInitializer(member.constant(), zero(weight, member.axis(), removed));
        }
      }
    }
    return zeroed;
  }

  private static Tensor zero(Tensor tensor, int axis, List<Integer> removed) {
    float[] values = tensor.floats();
    long inner = 1;
    for (int i = axis + 1; i < tensor.rank(); i++) {
      inner *= tensor.dim(i);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = removed.contains((int) (i / inner % tensor.dim(axis))) ? 0 : values[i];
    }
    return Tensor.floats(tensor.shape(), values);
  }

  private static Map<String, Tensor> randomInput(long seed) {
    var random = new Random(seed);
    var values = new float[2 * 3 * 8 * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("input", Tensor.floats(new long[] {2, 3, 8, 8}, values));
  }
}
