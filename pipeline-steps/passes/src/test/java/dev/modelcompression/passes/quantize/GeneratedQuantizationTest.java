package dev.modelcompression.passes.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.rewrite.StandardRewrites;
import dev.modelcompression.passes.testing.Calibration;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import dev.modelcompression.passes.testing.RandomModels;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GeneratedQuantizationTest {
  private static final Set<String> INTEGER_OPERATORS =
      Set.of(
          "QuantizeLinear",
          "QLinearConv",
          "QGemm",
          "QLinearAdd",
          "QLinearConcat",
          "QLinearLeakyRelu",
          "QLinearAveragePool",
          "QLinearGlobalAveragePool",
          "MaxPool",
          "Reshape",
          "Flatten");

  @Provide
  Arbitrary<Long> seeds() {
    return RandomModels.seeds();
  }

  @Property(tries = 60)
  void everyWeightedNodeRunsInIntegersAndOutputsStayClose(@ForAll("seeds") long seed) {
    var original = RandomModels.convNet(seed);
    var input = RandomModels.input(original, 8, seed);
    var model = quantized(original, seed, QdqSettings.defaults());

    assertThat(OrtRunner.executedOperators(model)).containsEntry("QuantizeLinear", 1L);
    assertThat(OrtRunner.executedOperators(model).keySet()).isSubsetOf(INTEGER_OPERATORS);
    double sqnr =
        Numbers.sqnrDb(
            OrtRunner.run(original, input, RandomModels.OUTPUT),
            OrtRunner.run(model, input, RandomModels.OUTPUT));
    // Eight bits an activation leave about 30 dB behind nine layers; a wrong scale leaves 0.
    assertThat(sqnr).isGreaterThan(20);
  }

  private static Model quantized(Model original, long seed, QdqSettings settings) {
    var model = original.copy();
    PassRunner.toFixpoint(model, StandardRewrites.all(new OrtConstantEvaluator()));
    var plan = QdqPlan.of(model, settings);
    var ranges =
        Calibration.minMax(model, plan.valuesToCalibrate(), RandomModels.input(original, 8, seed));
    new QdqPass(plan, ranges).apply(model);
    return model;
  }
}
