package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldAffineTest {
  /** One more rounding to float32 a weight than before. */
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @CsvSource({
    "Mul, false",
    "Mul, true",
    "Add, false",
    "Add, true",
    "Sub, false",
    "Sub, true",
    "Div, false"
  })
  void constantsOnEitherSideOfAConvFold(String opType, boolean constantFirst) {
    var builder = new ModelBuilder(17, 5);
    var conv = builder.conv(builder.input("x", 2, 4, 6, 6), 4, 6, 3, 1, 2, true).output();
    var constant = builder.uniform(0.5, 2, 6, 1, 1);
    var output =
        constantFirst ? builder.op(opType, constant, conv) : builder.op(opType, conv, constant);
    assertFolds(builder.build(output), 1, 2, 4, 6, 6);
  }

  @Test
  void chainOfConstantsFoldsFromTheFront() {
    var builder = new ModelBuilder(17, 5);
    var gemm = builder.op("Gemm", builder.input("x", 2, 4), builder.normal(1, 4, 3));
    var scaled = builder.op("Mul", gemm, builder.normal(1, 3));
    var shifted = builder.op("Add", builder.constant(Tensor.scalar(2)), scaled);
    assertFolds(builder.build(shifted), 2, 2, 4);
  }

  @Test
  void productTakesScalesOnly() {
    var builder = new ModelBuilder(17, 5);
    var product = builder.op("MatMul", builder.input("x", 2, 7, 4), builder.normal(1, 4, 3));
    var scaled = builder.op("Div", product, builder.uniform(1, 2, 3));
    var model = builder.build(builder.op("Add", scaled, builder.normal(1, 3)));
    assertFolds(model, 1, 2, 7, 4);
  }

  @ParameterizedTest
  @CsvSource({"'6'", "'1,1,6,6'", "'2,1,1,1'", "'1,1,6,1,1'"})
  void constantsThatDoNotGoByChannelStay(String dims) {
    var builder = new ModelBuilder(17, 5);
    var conv = builder.conv(builder.input("x", 2, 4, 6, 6), 4, 6, 3, 1, 1, true).output();
    var shape = java.util.Arrays.stream(dims.split(",")).mapToLong(Long::parseLong).toArray();
    var model = builder.build(builder.op("Mul", conv, builder.normal(1, shape)));

    assertThat(new FoldAffine().apply(model).changes()).isZero();
  }

  @Test
  void quotientOfAConstantByAConvAndDivisionByZeroStay() {
    var builder = new ModelBuilder(17, 5);
    var conv = builder.conv(builder.input("x", 2, 4, 6, 6), 4, 6, 3, 1, 1, true).output();
    var inverse = builder.op("Div", builder.constant(Tensor.scalar(1)), conv);
    var other = builder.conv("x", 4, 6, 3, 1, 1, true).output();
    var infinite = builder.op("Div", other, builder.constant(Tensor.scalar(0)));
    var model = builder.build(inverse, infinite);

    assertThat(new FoldAffine().apply(model).changes()).isZero();
  }

  private static void assertFolds(Model model, int changes, long... inputShape) {
    var folded = model.copy();
    assertThat(new FoldAffine().apply(folded).changes()).isEqualTo(changes);
    var values = new ModelBuilder(17, 99).normals(1, inputShape);
    var input = Map.of("x", Tensor.floats(inputShape, values));
    Numbers.assertClose(OrtRunner.run(folded, input), OrtRunner.run(model, input), TOLERANCE);
    assertThat(new FoldAffine().apply(folded).changes()).isZero();
  }
}
