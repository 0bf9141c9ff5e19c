package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.ExampleModel;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldBatchNormTest {
  /** One rounding to float32 in each weight (6e-8) and sums of up to a few hundred terms. */
  private static final double TOLERANCE = 1e-5;

  @Test
  void everyNormalizationOfTheExampleFoldsAlsoThoseWithSharedParameters() {
    var model = ExampleModel.read();
    var folded = model.copy();

    var result = new FoldBatchNorm().apply(folded);

    assertThat(result.changes()).isEqualTo(9);
    assertThat(folded.graph().nodes("BatchNormalization")).isEmpty();
    var images = ExampleModel.images("test", 0, 64);
    Numbers.assertClose(OrtRunner.run(folded, images), OrtRunner.run(model, images), TOLERANCE);
    assertThat(new FoldBatchNorm().apply(folded).changes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "2, true", "4, false"})
  void convTransposeOfAnyGroupFolds(int groups, boolean bias) {
    var builder = new ModelBuilder(17, 3);
    var x = builder.input("x", 2, 4, 5, 5);
    int out = 8;
    var weight = builder.normal(0.5, 4, out / groups, 3, 3);
    var conv =
        bias
            ? builder.node("ConvTranspose", x, weight, builder.normal(1, out))
            : builder.node("ConvTranspose", x, weight);
    conv.setAttribute("group", groups);
    assertFolds(builder.build(builder.batchNorm(conv.output(), out)), 2, 4, 5, 5);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "0, 0.5", "1, 2.5"})
  void gemmFoldsWithItsFactors(long transB, float factor) {
    var builder = new ModelBuilder(17, 3);
    var x = builder.input("x", 3, 6);
    var weight = transB == 1 ? builder.normal(1, 5, 6) : builder.normal(1, 6, 5);
    var gemm = builder.node("Gemm", x, weight, builder.normal(1, 1, 5));
    gemm.setAttribute("transB", transB);
    gemm.setAttribute("alpha", factor);
    gemm.setAttribute("beta", 3 * factor);
    assertFolds(builder.build(builder.batchNorm(gemm.output(), 5)), 3, 6);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 14, 15, 22})
  void weightReadByTwoNodesIsNotSpoiltForTheOther(long opset) {
    var builder = new ModelBuilder(opset, 3);
    var x = builder.input("x", 1, 4, 6, 6);
    var conv = builder.conv(x, 4, 4, 3, 1, 1, false);
    var other = builder.conv(x, 4, 4, 3, 1, 1, true);
    other.setInput(1, conv.input(1));
    assertFolds(builder.build(builder.batchNorm(conv.output(), 4), other.output()), 1, 4, 6, 6);
  }

  @Test
  void normalizationOfAValueThatOthersSeeStays() {
    var builder = new ModelBuilder(17, 3);
    var conv = builder.conv(builder.input("x", 1, 4, 6, 6), 4, 4, 3, 1, 1, true);
    var norm = builder.batchNorm(conv.output(), 4);
    var model = builder.build(norm, conv.output());

    assertThat(new FoldBatchNorm().apply(model).changes()).isZero();
  }

  @Test
  void normalizationInTrainingModeStays() {
    var builder = new ModelBuilder(17, 3);
    var conv = builder.conv(builder.input("x", 1, 4, 6, 6), 4, 4, 3, 1, 1, true);
    var model = builder.build(builder.batchNorm(conv.output(), 4));
    model.graph().nodes("BatchNormalization").get(0).setAttribute("training_mode", 1);

    assertThat(new FoldBatchNorm().apply(model).changes()).isZero();
  }

  @Test
  void parameterOfAnotherLengthIsNamed() {
    var builder = new ModelBuilder(17, 3);
    var conv = builder.conv(builder.input("x", 1, 4, 6, 6), 4, 4, 3, 1, 1, true);
    var model = builder.build(builder.batchNorm(conv.output(), 5));

    assertThatThrownBy(() -> new FoldBatchNorm().apply(model))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage(
            "node 'batchnormalization': parameter 'constant_2' has 5 elements, expected 4, one for"
                + " each output channel of 'conv'");
  }

  private static void assertFolds(Model model, long... inputShape) {
    var folded = model.copy();
    assertThat(new FoldBatchNorm().apply(folded).changes()).isEqualTo(1);
    var input = Map.of("x", input(inputShape));
    Numbers.assertClose(OrtRunner.run(folded, input), OrtRunner.run(model, input), TOLERANCE);
  }

  private static Tensor input(long... shape) {
    return Tensor.floats(shape, new ModelBuilder(17, 99).normals(1, shape));
  }
}
