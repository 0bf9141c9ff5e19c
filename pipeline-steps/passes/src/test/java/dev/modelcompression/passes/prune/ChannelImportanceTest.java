package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.testing.ModelBuilder;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Two channels between a 1×1 convolution [2, 1] and one [2, 2] that reads them. */
class ChannelImportanceTest {
  private static final Offset<Double> ROUNDING = within(1e-6);

  private final ModelBuilder builder = new ModelBuilder(17, 1);
  private final String filters = builder.constant(Tensor.floats(new long[] {2, 1, 1, 1}, 3, -1));
  private final String readers =
      builder.constant(Tensor.floats(new long[] {2, 2, 1, 1}, -2, 3, 0, 3));

  @Test
  void normsAreSharesOfEachWeightThenTheirMean() {
    var model = model(false);
    // Filters: 3/4 and 1/4; readers: 2/8 and 6/8, or 2 and √18 of their sum.
    assertScores(model, Importance.L1, 0.5, 0.5);
    double reader = 2 / (2 + Math.sqrt(18));
    assertScores(model, Importance.L2, (0.75 + reader) / 2, (1.25 - reader) / 2);
  }

  @Test
  void gammaCountsWhereThereIsANormalization() {
    assertScores(model(true), Importance.BN_GAMMA, 0.8, 0.2);
  }

  @Test
  void gammaIsRefusedWithoutAnyNormalization() {
    var model = model(false);
    assertThatThrownBy(() -> ChannelImportance.scores(model, groups(model), Importance.BN_GAMMA))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("use importance L2");
  }

  @Test
  void geometricMedianSeesOnlyFilters() {
    var builder = new ModelBuilder(17, 1);
    var weight = builder.constant(Tensor.floats(new long[] {3, 1, 1, 1}, 0, 1, 5));
    var conv = builder.node("Conv", builder.input("input", 1, 1, 4, 4), weight);
    var model = builder.build(builder.conv(conv.output(), 3, 2, 1, 1, 1, false).output());
    var groups = groups(model);
    // Distances to the others: 1 + 5, 1 + 4, 5 + 4. The reader adds the same to all.
    double[] scores =
        ChannelImportance.of(
            ChannelImportance.scores(model, groups, Importance.FPGM), groups.groups().get(0).id());
    assertThat(scores[1]).isLessThan(scores[0]);
    assertThat(scores[0]).isLessThan(scores[2]);
  }

  @Test
  void taylorSquaresTheSumOverAllParametersOfEachBatch() {
    var model = model(false);
    var groups = groups(model);
    var taylor = new TaylorImportance(model, groups);
    taylor.add(Map.of(filters, new float[] {1, 2}, readers, new float[] {3, -4, -1, 2}));
    taylor.add(Map.of(filters, new float[] {-1, 1}));
    // Channel 0: (1 + 2)² + (−1)² = 10; channel 1: (2 − 2)² + 1² = 1.
    var scores = taylor.scores().get(groups.groups().get(0).id());
    assertThat(scores).containsExactly(new double[] {10.0 / 11, 1.0 / 11}, ROUNDING);
  }

  @Test
  void taylorRefusesWhatDoesNotFit() {
    var model = model(false);
    var taylor = new TaylorImportance(model, groups(model));
    assertThatThrownBy(taylor::scores)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no gradient");
    assertThatThrownBy(() -> taylor.add(Map.of(filters, new float[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 1 elements, expected those of FLOAT[2, 1, 1, 1]");
    assertThatThrownBy(() -> ChannelImportance.scores(model, groups(model), Importance.TAYLOR))
        .hasMessageContaining("needs training data");
  }

  private static void assertScores(Model model, Importance importance, double... expected) {
    var groups = groups(model);
    var scores = ChannelImportance.scores(model, groups, importance);
    assertThat(scores.get(groups.groups().get(0).id())).containsExactly(expected, ROUNDING);
  }

  private static ChannelGroups groups(Model model) {
    return ChannelGroups.of(model, ShapeInference.infer(model, Map.of()));
  }

  private Model model(boolean normalized) {
    String value = builder.op("Conv", builder.input("input", 1, 1, 4, 4), filters);
    if (normalized) {
      var gamma = builder.constant(Tensor.vector(-4f, 1f));
      var other = builder.constant(Tensor.vector(1f, 1f));
      value = builder.op("BatchNormalization", value, gamma, other, other, other);
    }
    return builder.build(builder.op("Conv", value, readers));
  }
}
