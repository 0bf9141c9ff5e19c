package dev.modelcompression.passes.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.testing.Calibration;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One rule of ONNX Runtime's fusion each, judged by what ONNX Runtime executes. */
class QdqRulesTest {
  private static final QdqSettings DEFAULTS = QdqSettings.defaults();
  private final ModelBuilder builder = new ModelBuilder(17, 11);
  private final String image = builder.input("x", 2, 4, 8, 8);

  @Test
  void convThatGivesTheGraphOutputIsQuantizedAndTheOutputStaysFloat() {
    var model = builder.build(conv(image));

    assertOperators(model, DEFAULTS, "DequantizeLinear", "QLinearConv", "QuantizeLinear");
    assertThat(quantized(model, DEFAULTS).graph().outputs().get(0).name()).isEqualTo("conv");
  }

  @ParameterizedTest
  @CsvSource({"0, 6", "-1, 1", "-3, 0.5", "0, 1e9"})
  void clipIsImpliedByTheScale(float low, float high) {
    var model = builder.build(conv(builder.clip(conv(image), low, high)));

    assertOperators(
        model, DEFAULTS, "DequantizeLinear", "QLinearConv", "QLinearConv", "QuantizeLinear");
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT8", "INT8"})
  void reluIsImpliedByTheZeroPointOfEitherType(DataType type) {
    var model = builder.build(conv(builder.op("Relu", conv(image))));
    var settings = DEFAULTS.withActivationType(type);

    assertThat(OrtRunner.executedOperators(quantized(model, settings)))
        .containsEntry("QLinearConv", 2L)
        .doesNotContainKey("Relu");
  }

  @Test
  void clipAwayFromZeroStaysAnOperator() {
    var model = builder.build(conv(builder.clip(conv(image), 0.5f, 2)));

    assertThat(OrtRunner.executedOperators(quantized(model, DEFAULTS)))
        .containsEntry("Clip", 1L)
        .containsEntry("QLinearConv", 2L);
  }

  @Test
  void sumReadBeforeAndAfterItsReluStaysIntegerForBoth() {
    String sum = builder.op("Add", conv(image), conv(image));
    String left = conv(builder.op("Relu", sum));
    var model = builder.build(conv(builder.op("Add", left, sum)));

    assertThat(OrtRunner.executedOperators(quantized(model, DEFAULTS)))
        .containsEntry("QLinearConv", 4L)
        .containsEntry("QLinearAdd", 2L);
  }

  @Test
  void loneFloatOperatorsGetNoConversions() {
    String sigmoid = builder.op("Sigmoid", builder.op("Relu", builder.op("Add", image, image)));
    String pooled = builder.op("GlobalAveragePool", builder.op("Mul", sigmoid, sigmoid));
    var plan = QdqPlan.of(builder.build(pooled), DEFAULTS);

    assertThat(plan.valuesToCalibrate()).isEmpty();
    assertThat(plan.decisions()).noneMatch(QdqPlan.NodeDecision::quantized);
  }

  @Test
  void operatorsBetweenAKernelAndTheOutputStayFloat() {
    String pooled = builder.op("GlobalAveragePool", builder.op("LeakyRelu", conv(image)));

    assertOperators(
        builder.build(pooled),
        DEFAULTS,
        "DequantizeLinear",
        "GlobalAveragePool",
        "LeakyRelu",
        "QLinearConv",
        "QuantizeLinear");
  }

  @Test
  void squeezeAndExciteRunsInIntegers() {
    String features = builder.op("Relu", conv(image));
    String gate = builder.op("GlobalAveragePool", features);
    String inner = builder.op("Relu", builder.conv(gate, 4, 4, 1, 1, 1, true).output());
    String outer = builder.op("Sigmoid", builder.conv(inner, 4, 4, 1, 1, 1, true).output());
    var model = builder.build(conv(builder.op("Mul", features, outer)));

    assertOperators(
        model,
        DEFAULTS,
        "DequantizeLinear",
        "QLinearConv",
        "QLinearConv",
        "QLinearConv",
        "QLinearConv",
        "QLinearGlobalAveragePool",
        "QLinearMul",
        "QLinearSigmoid",
        "QuantizeLinear");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void productWithBiasRunsInIntegersWhateverReadsIt(boolean furtherLayer) {
    var tokens = builder.input("tokens", 2, 5, 8);
    String output = linear(tokens, 8, 12);
    if (furtherLayer) {
      output = linear(builder.op("Relu", output), 12, 6);
    }
    var operators = OrtRunner.executedOperators(quantized(builder.build(output), DEFAULTS));

    assertThat(operators.keySet())
        .doesNotContain("MatMul", "Gemm", "Add", "Relu", "DequantizeLinear");
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 1, 1", "0, 0.5, 2", "1, 3, 0.25"})
  void gemmFactorsGoIntoItsConstants(long transB, float alpha, float beta) {
    var features = builder.input("features", 3, 16);
    var weight = transB == 1 ? builder.normal(0.3, 5, 16) : builder.normal(0.3, 16, 5);
    var gemm = builder.node("Gemm", features, weight, builder.normal(1, 1, 5));
    gemm.setAttribute("transB", transB);
    gemm.setAttribute("alpha", alpha);
    gemm.setAttribute("beta", beta);

    assertOperators(builder.build(gemm.output()), DEFAULTS, "QGemm", "QuantizeLinear");
  }

  @Test
  void weightOfTwoNodesIsStoredOnce() {
    var first = builder.conv(image, 4, 4, 3, 1, 1, true);
    var second = builder.conv(builder.op("Relu", first.output()), 4, 4, 3, 1, 1, true);
    second.setInput(1, first.input(1));
    second.setInput(2, first.input(2));
    var model = builder.build(second.output());

    assertOperators(
        model, DEFAULTS, "DequantizeLinear", "QLinearConv", "QLinearConv", "QuantizeLinear");
    assertThat(
            quantized(model, DEFAULTS).graph().initializers().values().stream()
                .filter(t -> t.type() == DataType.INT8 && t.rank() == 4))
        .hasSize(1);
  }

  @Test
  void hugeBiasRaisesTheWeightScaleInsteadOfOverflowing() {
    var conv = builder.conv(image, 4, 2, 1, 1, 1, false);
    builder.graph().setInitializer(conv.input(1), tiny(2, 4));
    conv.setInput(2, builder.constant(Tensor.vector(900f, -3f)));
    var model = builder.build(conv.output());

    assertOperators(model, DEFAULTS, "DequantizeLinear", "QLinearConv", "QuantizeLinear");
  }

  @Test
  void biasOfAChannelOfZerosSurvives() {
    var conv = builder.conv(image, 4, 2, 1, 1, 1, false);
    var values = builder.normals(1, 2, 4, 1, 1);
    java.util.Arrays.fill(values, 0, 4, 0f);
    builder.graph().setInitializer(conv.input(1), Tensor.floats(new long[] {2, 4, 1, 1}, values));
    conv.setInput(2, builder.constant(Tensor.vector(0.37f, 0.1f)));

    assertOperators(
        builder.build(conv.output()),
        DEFAULTS,
        "DequantizeLinear",
        "QLinearConv",
        "QuantizeLinear");
  }

  @Test
  void splitHalvesShareTheScaleOfTheWhole() {
    var split =
        builder
            .graph()
            .add(Node.of("Split", "split", List.of(conv(image)), List.of("left", "right")));
    split.setAttribute("axis", 1);
    String left = builder.conv("left", 2, 2, 3, 1, 1, true).output();
    String right = builder.conv("right", 2, 2, 3, 1, 2, true).output();
    var concat = builder.node("Concat", left, right);
    concat.setAttribute("axis", 1);

    assertOperators(
        builder.build(conv(concat.output())),
        DEFAULTS,
        "DequantizeLinear",
        "QLinearConcat",
        "QLinearConv",
        "QLinearConv",
        "QLinearConv",
        "QLinearConv",
        "QuantizeLinear",
        "Split");
  }

  @Test
  void constantOperandOfAnAdditionIsQuantizedWithARangeOfItsOwn() {
    String shifted = builder.op("Add", conv(image), builder.normal(1, 1, 4, 8, 8));

    assertOperators(
        builder.build(conv(shifted)),
        DEFAULTS,
        "DequantizeLinear",
        "QLinearAdd",
        "QLinearConv",
        "QLinearConv",
        "QuantizeLinear");
  }

  @Test
  void excludedConvReallyRunsInFloatBetweenIntegerOnes() {
    String first = conv(image);
    String second = conv(builder.op("Relu", first));
    var model = builder.build(conv(builder.op("Relu", second)));
    var settings = DEFAULTS.withExcludedNodes(Set.of(second));

    assertThat(QdqPlan.of(model, settings).quantizedWeightNodes())
        .hasSize(2)
        .doesNotContain(second);
    assertThat(OrtRunner.executedOperators(quantized(model, settings)))
        .containsEntry("QLinearConv", 2L)
        .containsEntry("FusedConv", 1L);
  }

  @Test
  void excludedProductReallyRunsInFloatBetweenIntegerOnes() {
    String first = linear(builder.input("tokens", 2, 8), 8, 12);
    String product = builder.op("MatMul", first, builder.normal(0.3, 12, 12));
    String second = builder.op("Add", product, builder.normal(0.3, 12));
    var model = builder.build(linear(second, 12, 4));
    var settings = DEFAULTS.withExcludedNodes(Set.of(product));

    assertThat(OrtRunner.executedOperators(quantized(model, settings)))
        .containsEntry("QGemm", 2L)
        .containsEntry("Gemm", 1L);
  }

  @Test
  void transposedConvolutionStaysFloatAndSaysWhy() {
    String up = builder.op("ConvTranspose", conv(image), builder.normal(0.2, 4, 4, 2, 2));
    var plan = QdqPlan.of(builder.build(up), DEFAULTS);

    assertThat(plan.decisions())
        .contains(
            new QdqPlan.NodeDecision(
                up, "ConvTranspose", false, "ONNX Runtime has no integer kernel for it"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"perTensor", "reduceRange", "mseClip", "signed"})
  void everySettingGivesACloseModel(String setting) {
    var settings =
        switch (setting) {
          case "perTensor" -> DEFAULTS.withPerChannel(false);
          case "reduceRange" -> DEFAULTS.withReduceRange(true);
          case "mseClip" -> DEFAULTS.withWeightClip(WeightClip.MSE);
          default -> DEFAULTS.withActivationType(DataType.INT8);
        };
    assertClose(builder.build(conv(builder.op("Relu", conv(image)))), settings);
  }

  @Test
  void opsetWithoutAxisIsRefused() {
    var old = new ModelBuilder(11, 11);
    var model = old.build(old.conv(old.input("x", 2, 4, 8, 8), 4, 4, 3, 1, 1, true).output());

    assertThatThrownBy(() -> quantized(model, DEFAULTS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("opset: found 11, quantization needs 13");
  }

  @Test
  void unknownExclusionAndMissingRangeAreRefused() {
    var model = builder.build(conv(image));

    assertThatThrownBy(() -> QdqPlan.of(model, DEFAULTS.withExcludedNodes(Set.of("cnov"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("exclude: no node 'cnov' in the model; its layers are 'conv'");
    assertThatThrownBy(() -> new QdqPass(QdqPlan.of(model, DEFAULTS), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ranges: none found for [conv, x]");
  }

  @Test
  void quantizedModelIsRefused() {
    var quantized = quantized(builder.build(conv(image)), DEFAULTS);

    assertThatThrownBy(() -> QdqPlan.of(quantized, DEFAULTS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageMatching(
            "the model is already quantized: node '.+' \\((Quantize|Dequantize)Linear\\);"
                + " quantize the float model");
  }

  private String conv(String input) {
    return builder.conv(input, 4, 4, 3, 1, 1, true).output();
  }

  private String linear(String input, int in, int out) {
    String product = builder.op("MatMul", input, builder.normal(0.3, in, out));
    return builder.op("Add", builder.normal(0.3, out), product);
  }

  private Tensor tiny(int out, int in) {
    return Tensor.floats(new long[] {out, in, 1, 1}, builder.normals(1e-6, out, in));
  }

  private void assertOperators(Model model, QdqSettings settings, String... operators) {
    assertThat(
            OrtRunner.optimized(quantized(model, settings)).graph().nodes().stream()
                .map(Node::opType))
        .containsExactlyInAnyOrder(operators);
    assertClose(model, settings);
  }

  /** 25 dB: what one or two layers of 8 bits keep with room to spare; a wrong scale keeps none. */
  private void assertClose(Model model, QdqSettings settings) {
    var input = input(model);
    String output = model.graph().outputs().get(0).name();
    double sqnr =
        Numbers.sqnrDb(
            OrtRunner.run(model, input, output),
            OrtRunner.run(quantized(model, settings), input, output));
    assertThat(sqnr).as("SQNR in dB").isGreaterThan(25);
  }

  private Model quantized(Model model, QdqSettings settings) {
    var plan = QdqPlan.of(model, settings);
    var copy = model.copy();
    var ranges = Calibration.minMax(model, plan.valuesToCalibrate(), input(model));
    new QdqPass(plan, ranges).apply(copy);
    return copy;
  }

  private static Map<String, Tensor> input(Model model) {
    var inputs = new java.util.LinkedHashMap<String, Tensor>();
    for (var input : model.graph().inputs()) {
      var shape = input.shape().orElseThrow();
      inputs.put(input.name(), Tensor.floats(shape, new ModelBuilder(17, 99).normals(1, shape)));
    }
    return inputs;
  }
}
