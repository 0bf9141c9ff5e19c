package dev.modelcompression.passes.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.testing.ExampleModel;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DynamicQuantizePassTest {
  private final ModelBuilder builder = new ModelBuilder(17, 7);

  @Test
  void productsOfTokensRunAsOneKernelEach() {
    var x = builder.input("x", 2, 5, 32);
    var hidden = builder.op("Relu", linear(x, 32, 64));
    var model = builder.build(linear(hidden, 64, 16));

    assertThat(OrtRunner.executedOperators(quantized(model)))
        .isEqualTo(Map.of("DynamicQuantizeMatMul", 2L, "Relu", 1L));
    assertClose(model, 2, 5, 32);
  }

  @Test
  void valueReadByTwoProductsIsQuantizedOnce() {
    var x = builder.input("x", 2, 5, 32);
    var model = builder.build(builder.op("Mul", linear(x, 32, 16), linear(x, 32, 16)));

    assertThat(OrtRunner.executedOperators(quantized(model)))
        .isEqualTo(Map.of("DynamicQuantizeLinear", 1L, "MatMulIntegerToFloat", 2L, "Mul", 1L));
    assertClose(model, 2, 5, 32);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 1, 1", "1, 0.5, 2"})
  void gemmKeepsItsFactorsAndItsName(long transB, float alpha, float beta) {
    var x = builder.input("x", 4, 24);
    var weight = transB == 1 ? builder.normal(0.3, 10, 24) : builder.normal(0.3, 24, 10);
    var gemm = builder.node("Gemm", x, weight, builder.normal(1, 10));
    gemm.setAttribute("transB", transB);
    gemm.setAttribute("alpha", alpha);
    gemm.setAttribute("beta", beta);
    var model = builder.build(gemm.output());

    assertThat(OrtRunner.executedOperators(quantized(model)))
        .containsEntry("DynamicQuantizeMatMul", 1L);
    assertClose(model, 4, 24);
  }

  @Test
  void tableIsStoredInEightBitsWithAScaleForEachRow() {
    var graph = builder.graph();
    graph.addInput(ValueInfo.tensor("tokens", DataType.INT64, 1, 3));
    var table = builder.normal(1, 2048, 64);
    var model = builder.build(builder.op("Gather", table, "tokens"));
    var input = Map.of("tokens", Tensor.longs(new long[] {1, 3}, 0, 7, 2047));

    var quantized = quantized(model);

    assertThat(OnnxWriter.toBytes(quantized).length)
        .isLessThan((int) (0.27 * OnnxWriter.toBytes(model).length));
    String output = model.graph().outputs().get(0).name();
    // Rounding to 1/127 of a row's largest number: half a step of 3/127 against a signal of 1.
    assertThat(
            Numbers.sqnrDb(
                OrtRunner.run(model, input, output), OrtRunner.run(quantized, input, output)))
        .isGreaterThan(40);
  }

  @Test
  void convolutionsStayFloatAndSayWhy() {
    var model = ExampleModel.read();

    var result = new DynamicQuantizePass(DynamicSettings.defaults()).apply(model);

    assertThat(result.changes()).isEqualTo(1);
    assertThat(result.notes())
        .hasSize(9)
        .contains(
            "Conv '/stem/Conv' stays float: dynamic convolution is slower than float; quantize"
                + " statically");
  }

  @Test
  void excludedNodesStayFloat() {
    var x = builder.input("x", 2, 5, 32);
    var product = builder.op("MatMul", x, builder.normal(0.2, 32, 16));
    var model = builder.build(product);

    new DynamicQuantizePass(DynamicSettings.defaults().withExcludedNodes(Set.of(product)))
        .apply(model);

    assertThat(model.graph().nodes("MatMul")).hasSize(1);
  }

  @Test
  void unknownExclusionIsRefused() {
    var model =
        builder.build(builder.op("MatMul", builder.input("x", 2, 8), builder.normal(1, 8, 4)));
    var settings = DynamicSettings.defaults().withExcludedNodes(Set.of("mutmul"));

    assertThatThrownBy(() -> new DynamicQuantizePass(settings).apply(model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("exclude: no node 'mutmul' in the model; its layers are 'matmul'");
  }

  @ParameterizedTest
  @CsvSource({"'', QLinearConv", "'', MatMulInteger", "com.microsoft, QLinearAdd"})
  void quantizedModelIsRefused(String domain, String operator) {
    builder.input("x", 2, 8);
    builder.graph().add(Node.of(domain, operator, "first", List.of("x"), List.of("y")));
    var model = builder.build("y");

    assertThatThrownBy(() -> quantized(model))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "the model is already quantized: node 'first' (%s); quantize the float model",
            operator);
  }

  private String linear(String input, int in, int out) {
    var product = builder.op("MatMul", input, builder.normal(0.2, in, out));
    return builder.op("Add", product, builder.normal(0.2, out));
  }

  private static Model quantized(Model model) {
    var copy = model.copy();
    new DynamicQuantizePass(DynamicSettings.defaults()).apply(copy);
    return copy;
  }

  /** 30 dB: one or two layers of 8 bits. */
  private static void assertClose(Model model, long... shape) {
    var input = Map.of("x", Tensor.floats(shape, new ModelBuilder(17, 99).normals(1, shape)));
    String output = model.graph().outputs().get(0).name();
    assertThat(
            Numbers.sqnrDb(
                OrtRunner.run(model, input, output),
                OrtRunner.run(quantized(model), input, output)))
        .isGreaterThan(30);
  }
}
