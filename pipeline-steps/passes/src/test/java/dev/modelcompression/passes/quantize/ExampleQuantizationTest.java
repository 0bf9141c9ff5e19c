package dev.modelcompression.passes.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.rewrite.StandardRewrites;
import dev.modelcompression.passes.testing.Calibration;
import dev.modelcompression.passes.testing.ExampleModel;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The trained ResNet-8, from end to end. */
class ExampleQuantizationTest {
  private final Model original = ExampleModel.read();
  private final Model optimized = optimized(original);
  private final Map<String, Tensor> images = ExampleModel.images("test", 0, 256);

  @Test
  void everyConvGemmAndAddRunsInIntegers() {
    var model = quantized(QdqSettings.defaults());

    assertThat(OrtRunner.executedOperators(model))
        .isEqualTo(
            Map.of(
                "QuantizeLinear", 1L,
                "QLinearConv", 9L,
                "QLinearAdd", 3L,
                "QLinearGlobalAveragePool", 1L,
                "Flatten", 1L,
                "QGemm", 1L));
  }

  @Test
  void outputsStayCloseAndTheFileShrinks() {
    var model = quantized(QdqSettings.defaults());

    double sqnr =
        Numbers.sqnrDb(
            OrtRunner.run(original, images, "logits"), OrtRunner.run(model, images, "logits"));
    assertThat(sqnr).isGreaterThan(30);
    assertThat(OnnxWriter.toBytes(model).length)
        .isLessThan((int) (0.28 * OnnxWriter.toBytes(original).length));
  }

  private Model quantized(QdqSettings settings) {
    var plan = QdqPlan.of(optimized, settings);
    var ranges =
        Calibration.minMax(
            optimized, plan.valuesToCalibrate(), ExampleModel.images("train", 0, 256));
    var model = optimized.copy();
    new QdqPass(plan, ranges).apply(model);
    return model;
  }

  private static Model optimized(Model model) {
    var copy = model.copy();
    PassRunner.toFixpoint(copy, StandardRewrites.all(new OrtConstantEvaluator()));
    return copy;
  }
}
