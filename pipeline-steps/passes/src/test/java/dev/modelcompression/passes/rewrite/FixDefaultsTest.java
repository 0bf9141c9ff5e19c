package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.prune.ChannelGroups;
import dev.modelcompression.passes.quantize.QdqPlan;
import dev.modelcompression.passes.quantize.QdqSettings;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models of IR version 3 list every initializer among the inputs. */
class FixDefaultsTest {
  @Test
  void listedInitializersBecomeConstantsThatCanBePrunedAndQuantized() {
    var model = listingEverything();
    assertThat(QdqPlan.of(model, QdqSettings.defaults()).quantizedWeightNodes()).isEmpty();
    var input =
        Map.of(
            "x",
            Tensor.floats(new long[] {1, 3, 4, 4}, new ModelBuilder(17, 9).normals(1, 1, 3, 4, 4)));
    var before = OrtRunner.run(model.copy(), input);

    var result = PassRunner.run(model, new FixDefaults());

    assertThat(result.changes()).isEqualTo(6);
    assertThat(result.notes())
        .singleElement()
        .asString()
        .startsWith("6 inputs with a value in the model became constant, so that callers can no");
    assertThat(model.irVersion()).isEqualTo(4);
    assertThat(model.graph().inputs()).extracting(ValueInfo::name).containsExactly("x");
    assertThat(QdqPlan.of(model, QdqSettings.defaults()).quantizedWeightNodes()).hasSize(2);
    assertThat(ChannelGroups.of(model, ShapeInference.ofOneSample(model)).prunable()).isNotEmpty();
    Numbers.assertClose(OrtRunner.run(model, input), before, 0);
  }

  @Test
  void optimizingFoldsWhatWasListed() {
    var model = listingEverything();
    PassRunner.toFixpoint(model, StandardRewrites.all(new OrtConstantEvaluator()));
    assertThat(model.graph().nodes("BatchNormalization")).isEmpty();
  }

  @Test
  void aModelWithoutListedInitializersStaysAsItIs() {
    var net = new ModelBuilder(17, 1);
    var model = net.build(net.op("MatMul", net.input("x", 1, 8), net.normal(1, 8, 4)));
    model.setIrVersion(3);
    assertThat(new FixDefaults().apply(model).changes()).isZero();
    assertThat(model.irVersion()).isEqualTo(3);
  }

  private static Model listingEverything() {
    var net = new ModelBuilder(13, 1);
    var first = net.conv(net.input("x", 1, 3, 4, 4), 3, 8, 3, 1, 1, false).output();
    var normalized = net.batchNorm(first, 8);
    var model = net.build(net.conv(net.op("Relu", normalized), 8, 4, 1, 1, 1, false).output());
    model
        .graph()
        .initializers()
        .forEach(
            (name, tensor) ->
                model.graph().addInput(ValueInfo.tensor(name, DataType.FLOAT, tensor.shape())));
    model.setIrVersion(3);
    return model;
  }
}
