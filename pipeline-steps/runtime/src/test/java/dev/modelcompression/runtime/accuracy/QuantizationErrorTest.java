package dev.modelcompression.runtime.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.quantize.QdqPass;
import dev.modelcompression.passes.quantize.QdqPlan;
import dev.modelcompression.passes.quantize.QdqSettings;
import dev.modelcompression.passes.quantize.Range;
import dev.modelcompression.passes.rewrite.StandardRewrites;
import dev.modelcompression.runtime.Models;
import dev.modelcompression.runtime.calibrate.Calibration;
import dev.modelcompression.runtime.calibrate.CalibrationSettings;
import dev.modelcompression.runtime.calibrate.Calibrator;
import dev.modelcompression.runtime.session.OrtConstantEvaluator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuantizationErrorTest {
  @Test
  void theNodeWithTheRuinedRangeLosesMost() {
    var model = Models.resnet8();
    PassRunner.toFixpoint(model, StandardRewrites.all(new OrtConstantEvaluator()));
    var plan = QdqPlan.of(model, QdqSettings.defaults());
    var samples = Models.images(32);
    var ranges =
        new LinkedHashMap<String, Range>(
            Calibration.run(
                    model,
                    plan.valuesToCalibrate(),
                    samples,
                    new CalibrationSettings(Calibrator.minMax(), 8, 1),
                    Progress.NONE)
                .ranges());
    var sound = errors(model, plan, ranges);
    assertThat(sound).hasSize(10).allSatisfy(e -> assertThat(e.sqnrDb()).isGreaterThan(20));

    String ruined = "/layers/layers.1/relu1/Relu_output_0";
    ranges.put(ruined, new Range(0, 0.1f));
    var worst = errors(model, plan, ranges).get(0);
    assertThat(worst.value()).isEqualTo(ruined);
    assertThat(worst.node()).isEqualTo("/layers/layers.1/conv1/Conv");
    assertThat(worst.addedNoise()).isGreaterThan(0.2);
  }

  @Test
  void theRatioIsThatOfTheDefinition() {
    var exact = scaled(1f);
    var wrong = scaled(1.1f);
    var errors = QuantizationError.byNode(exact, wrong, Models.images(4), 2, 1);
    // The difference is a tenth of the signal: 20 dB, to float rounding.
    assertThat(errors)
        .singleElement()
        .satisfies(e -> assertThat(e.sqnrDb()).isCloseTo(20, within(1e-3)));
    assertThat(QuantizationError.byNode(exact, exact, Models.images(4), 2, 1).get(0).sqnrDb())
        .isNull();
  }

  private static List<QuantizationError.NodeError> errors(
      Model model, QdqPlan plan, Map<String, Range> ranges) {
    var quantized = model.copy();
    new QdqPass(plan, ranges).apply(quantized);
    return QuantizationError.byNode(model, quantized, Models.images(32), 8, 1);
  }

  /** A 1×1 convolution by the factor. */
  private static Model scaled(float factor) {
    var model = Models.resnet8();
    var graph = new Graph("scaled");
    graph.addInput(model.graph().inputs().get(0));
    graph.setInitializer("w", Tensor.floats(new long[] {1, 1, 1, 1}, factor));
    graph.add(Node.of("Conv", "conv", List.of("input", "w"), List.of("output")));
    graph.addOutput(ValueInfo.untyped("output"));
    return new Model(graph, 8, 17);
  }
}
