package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.prune.ChannelPruneSettings.Scope;
import dev.modelcompression.passes.prune.MagnitudePruneSettings.Pattern;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.RandomModels;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MagnitudePrunePassTest {
  @Test
  void globalRankingTakesTheSmallestOfAllLayers() {
    var model = matrices(new float[] {1, -2, 3, 4}, new float[] {10, -0.5f, 30, 40});
    var result = new MagnitudePrunePass(MagnitudePruneSettings.of(0.375)).prune(model);
    assertThat(weights(model, 0)).containsExactly(0, 0, 3, 4);
    assertThat(weights(model, 1)).containsExactly(10, 0, 30, 40);
    assertThat(result.layers())
        .extracting(MagnitudePruneResult.Layer::zerosAfter)
        .containsExactly(2L, 1L);
    assertThat(result.sparsity()).isEqualTo(0.375);
  }

  @Test
  void aQuantizedModelIsRefused() {
    var builder = new ModelBuilder(17, 1);
    var input = builder.input("input", 1, 4);
    var float32 = builder.op("MatMul", input, builder.normal(1, 4, 4));
    var scale = builder.constant(Tensor.scalar(0.1f));
    var zero = builder.constant(Tensor.bytes(DataType.INT8, new long[0], (byte) 0));
    var quantized = builder.constant(Tensor.bytes(DataType.INT8, new long[] {4, 4}, new byte[16]));
    var weight = builder.op("DequantizeLinear", quantized, scale, zero);
    var model = builder.build(builder.op("MatMul", float32, weight));
    assertThatThrownBy(() -> prune(model, Scope.GLOBAL, 0.5))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("prune the float model first, then quantize");
  }

  @Test
  void localRankingTakesTheSameShareOfEachLayer() {
    var model = matrices(new float[] {1, -2, 3, 4}, new float[] {10, 20, 30, 40});
    prune(model, Scope.LOCAL, 0.5);
    assertThat(weights(model, 0)).containsExactly(0, 0, 3, 4);
    assertThat(weights(model, 1)).containsExactly(0, 0, 30, 40);
  }

  @Test
  void globalRankingLeavesEveryLayerSomething() {
    var model = matrices(new float[] {1, 1, 1, 1}, new float[] {10, 20, 30, 40});
    prune(model, Scope.GLOBAL, 0.5);
    assertThat(weights(model, 0)).containsExactly(0, 0, 0, 1);
    assertThat(weights(model, 1)).containsExactly(0, 20, 30, 40);
  }

  /** Two rounds of 1 − √0.5 leave half: that is how the engine shares a ratio among rounds. */
  @ParameterizedTest
  @EnumSource(Scope.class)
  void everyRoundTakesItsShareOfWhatIsLeft(Scope scope) {
    var builder = new ModelBuilder(17, 1);
    var input = builder.input("input", 1, 100);
    var model = builder.build(builder.op("MatMul", input, builder.normal(1, 100, 100)));
    double share = 1 - Math.sqrt(0.5);
    assertThat(prune(model, scope, share).sparsity()).isCloseTo(0.2929, within(1e-4));
    var second = prune(model, scope, share);
    assertThat(second.sparsity()).isCloseTo(0.5, within(1e-4));
    assertThat(second.masks().values())
        .singleElement()
        .satisfies(mask -> assertThat(mask.cardinality()).isEqualTo(5000));
  }

  @Test
  void saliencyRanksOnlyWhatIsNotZeroYet() {
    var model = matrices(new float[] {0, 0, 3, 4});
    String name = model.graph().nodes("MatMul").get(0).input(1);
    var settings = new MagnitudePruneSettings(0.5, Scope.LOCAL, Optional.empty(), Set.of());
    var saliency = Map.of(name, new float[] {9, 9, 2, 1});
    var mask = new MagnitudePrunePass(settings, saliency).prune(model).masks().get(name);
    assertThat(weights(model, 0)).containsExactly(0, 0, 3, 0);
    assertThat(mask).isEqualTo(BitSet.valueOf(new long[] {0b0100}));
  }

  @Test
  void layersThatAreAllZeroStayAsTheyAre() {
    for (Scope scope : Scope.values()) {
      var model = matrices(new float[4], new float[] {1, 2, 3, 4});
      prune(model, scope, 0.5);
      assertThat(weights(model, 1)).containsExactly(0, 0, 3, 4);
    }
  }

  @Test
  void refusesToSetNoFurtherWeightToZero() {
    var model = matrices(new float[] {0, 0, 0, 4});
    assertThatThrownBy(() -> prune(model, Scope.GLOBAL, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "prune ratio 0.5 removes not a single weight of the 1 that are not 0 yet; raise the"
                + " ratio, or leave the step out");
    var half = new MagnitudePrunePass(MagnitudePruneSettings.of(new Pattern(1, 2)));
    var patterned = matrices(new float[] {1, 2, 3, 4});
    half.prune(patterned);
    assertThatThrownBy(() -> half.prune(patterned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("prune pattern 1:2 removes not a single weight");
  }

  @Test
  void refusesToKeepANodeThatDoesNotExist() {
    var model = matrices(new float[] {1, 2, 3, 4});
    var settings = new MagnitudePruneSettings(0.5, Scope.LOCAL, Optional.empty(), Set.of("mutmul"));
    assertThatThrownBy(() -> new MagnitudePrunePass(settings).prune(model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("exclude: no node 'mutmul' in the model; its layers are 'matmul'");
  }

  @Test
  void saliencyDecidesWhereItIsGiven() {
    var model = matrices(new float[] {1, 2, 3, 4}, new float[] {10, 20, 30, 40});
    String first = model.graph().nodes("MatMul").get(0).input(1);
    var settings = new MagnitudePruneSettings(0.5, Scope.LOCAL, Optional.empty(), Set.of());
    new MagnitudePrunePass(settings, Map.of(first, new float[] {-4, 3, -2, 1})).prune(model);
    assertThat(weights(model, 0)).containsExactly(1, 2, 0, 0);
    assertThat(weights(model, 1)).containsExactly(0, 0, 30, 40);
  }

  @Test
  void patternKeepsNOfMAlongTheSummedAxisAndSkipsLayersThatDoNotFit() {
    var builder = new ModelBuilder(17, 1);
    var input = builder.input("input", 1, 4);
    var wide = builder.constant(Tensor.floats(new long[] {4, 2}, 1, 8, 2, 7, 3, 6, 4, 5));
    var narrow = builder.constant(Tensor.floats(new long[] {2, 1}, 1, 2));
    var model = builder.build(builder.op("MatMul", builder.op("MatMul", input, wide), narrow));
    var result = new MagnitudePrunePass(MagnitudePruneSettings.of(new Pattern(2, 4))).prune(model);
    assertThat(weights(model, 0)).containsExactly(0, 8, 0, 7, 3, 0, 4, 0);
    assertThat(weights(model, 1)).containsExactly(1, 2);
    assertThat(result.layers().get(1).note()).isEqualTo("it sums over 2, not a multiple of 4");
    assertThat(result.masks()).hasSize(1);
  }

  @Test
  void convolutionPatternRunsAlongInputChannels() {
    var builder = new ModelBuilder(17, 1);
    var conv = builder.conv(builder.input("input", 1, 8, 6, 6), 8, 3, 3, 1, 1, true);
    var model = builder.build(conv.output());
    new MagnitudePrunePass(MagnitudePruneSettings.of(new Pattern(1, 4))).prune(model);
    float[] weight = model.graph().initializer(conv.input(1)).orElseThrow().floats();
    for (int block = 0; block < 3 * 2; block++) {
      for (int tap = 0; tap < 9; tap++) {
        int kept = 0;
        for (int channel = 0; channel < 4; channel++) {
          kept += weight[(block * 4 + channel) * 9 + tap] == 0 ? 0 : 1;
        }
        assertThat(kept).isEqualTo(1);
      }
    }
  }

  @Property(tries = 30)
  void masksSayWhatStaysAndNothingElseChanges(
      @ForAll @LongRange(min = 0, max = 1000) long seed,
      @ForAll @DoubleRange(min = 0.05, max = 0.95) double ratio,
      @ForAll Scope scope) {
    var original = RandomModels.convNet(seed);
    var model = original.copy();
    var result = prune(model, scope, ratio);
    // Rounding to whole weights, a layer at a time, and the one weight that each layer keeps.
    assertThat(result.sparsity()).isCloseTo(ratio, within(0.05));
    original
        .graph()
        .initializers()
        .forEach(
            (name, before) -> {
              var after = model.graph().initializer(name).orElseThrow();
              BitSet mask = result.masks().get(name);
              if (mask == null) {
                assertThat(after).isSameAs(before);
              } else {
                assertThat(after.floats()).isEqualTo(masked(before.floats(), mask));
              }
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
  void refusesARatioOutOfRange(double ratio) {
    assertThatThrownBy(() -> MagnitudePruneSettings.of(ratio))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("prune setting ratio: found " + ratio + ", allowed: above 0 and below 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4:2", "0:4", "2-4", "2:2"})
  void refusesAPatternThatIsNone(String pattern) {
    assertThatThrownBy(() -> Pattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed: N:M");
  }

  @Test
  void refusesToRemoveNothing() {
    var model = matrices(new float[] {1, 2, 3, 4}, new float[] {1, 2, 3, 4});
    assertThatThrownBy(() -> prune(model, Scope.GLOBAL, 0.01))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("removes not a single weight");
    assertThatThrownBy(
            () -> new MagnitudePrunePass(MagnitudePruneSettings.of(new Pattern(2, 3))).prune(model))
        .hasMessageContaining("fits no layer");
    var builder = new ModelBuilder(17, 1);
    var empty = builder.build(builder.op("Relu", builder.input("input", 1, 4)));
    assertThatThrownBy(() -> prune(empty, Scope.GLOBAL, 0.5))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("no weight can be pruned");
  }

  private static MagnitudePruneResult prune(Model model, Scope scope, double ratio) {
    return new MagnitudePrunePass(
            new MagnitudePruneSettings(ratio, scope, Optional.empty(), Set.of()))
        .prune(model);
  }

  private static float[] masked(float[] values, BitSet mask) {
    float[] masked = new float[values.length];
    mask.stream().forEach(i -> masked[i] = values[i]);
    return masked;
  }

  private static Model matrices(float[]... weights) {
    var builder = new ModelBuilder(17, 1);
    String value = builder.input("input", 1, 2);
    for (float[] weight : weights) {
      var constant = builder.constant(Tensor.floats(new long[] {2, 2}, weight));
      value = builder.op("MatMul", value, constant);
    }
    return builder.build(value);
  }

  private static float[] weights(Model model, int matMul) {
    var name = model.graph().nodes("MatMul").get(matMul).input(1);
    return Objects.requireNonNull(model.graph().initializers().get(name)).floats();
  }
}
