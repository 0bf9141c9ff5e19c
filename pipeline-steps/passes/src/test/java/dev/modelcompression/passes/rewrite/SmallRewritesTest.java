package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.testing.ModelBuilder;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each case runs all rewrites and must leave exactly the named operators, with equal outputs. */
class SmallRewritesTest {
  private final ModelBuilder builder = new ModelBuilder(17, 1);

  @Test
  void operatorsThatChangeNothingGo() {
    var x = builder.input("x", 2, 3, 4, 4);
    var value = builder.op("Identity", x);
    value = builder.op("Dropout", value);
    value = with(builder.node("Cast", value), "to", DataType.FLOAT.code());
    value = builder.op("Reshape", value, longs(2, 3, 4, 4));
    value = with(builder.node("Transpose", value), "perm", 0, 1, 2, 3);
    value = builder.op("Pad", value, longs(0, 0, 0, 0, 0, 0, 0, 0));
    value = builder.op("Slice", value, longs(0), longs(Integer.MAX_VALUE), longs(2));
    value = builder.op("Add", builder.constant(Tensor.scalar(0)), value);
    value = builder.op("Div", value, builder.constant(Tensor.vector(1f)));
    value = with(builder.node("Concat", value), "axis", 1L);
    value = builder.op("Expand", value, longs(1, 1, 4, 4));
    value = builder.op("Relu", builder.op("Relu", value));
    assertLeaves(builder.build(value), "Relu");
  }

  @Test
  void operatorsThatChangeSomethingStay() {
    var x = builder.input("x", 2, 3, 4, 4);
    var value = builder.op("Slice", x, longs(-1), longs(-5), longs(2), longs(-1));
    value = builder.op("Slice", value, longs(1), longs(Integer.MAX_VALUE), longs(3));
    value = with(builder.node("Transpose", value), "perm", 0, 1, 3, 2);
    value = builder.op("Pad", value, longs(0, 0, 0, 0, 0, 0, 1, 0));
    value = builder.op("Sub", builder.constant(Tensor.scalar(0)), value);
    value =
        builder.op("Mul", value, builder.constant(Tensor.floats(new long[] {1, 1, 1, 1, 1}, 1)));
    assertLeaves(builder.build(value), "Slice", "Slice", "Transpose", "Pad", "Sub", "Mul");
  }

  @Test
  void identityBeforeAGraphOutputKeepsTheOutputName() {
    var relu = builder.op("Relu", builder.input("x", 2, 3));
    var model = builder.build(builder.op("Identity", relu));
    assertLeaves(model, "Relu");
  }

  @Test
  void identityOfAnInputOrBetweenTwoOutputsStays() {
    var x = builder.input("x", 2, 3);
    var relu = builder.op("Relu", x);
    var model = builder.build(builder.op("Identity", x), relu, builder.op("Identity", relu));
    assertLeaves(model, "Identity", "Relu", "Identity");
  }

  @Test
  void transposesThatUndoEachOtherGoAndOthersMerge() {
    var x = builder.input("x", 2, 3, 4, 5);
    var there = with(builder.node("Transpose", x), "perm", 0, 2, 3, 1);
    var back = with(builder.node("Transpose", there), "perm", 0, 3, 1, 2);
    var turned = with(builder.node("Transpose", builder.op("Relu", back)), "perm", 1, 2, 3, 0);
    var again = with(builder.node("Transpose", turned), "perm", 1, 0, 2, 3);
    assertLeaves(builder.build(again), "Relu", "Transpose");
  }

  @Test
  void flattenSpelledAsShapeArithmeticIsOneReshapeForAnyBatchSize() {
    var x = builder.input("x", -1, 3, 4, 4);
    var y = builder.op("Relu", x);
    var batch = builder.op("Gather", builder.op("Shape", y), scalar(0));
    var size = builder.op("Unsqueeze", batch, longs(0));
    var target = with(builder.node("Concat", size, longs(-1)), "axis", 0L);
    var model = builder.build(builder.op("Reshape", y, target));
    assertLeaves(model, "Relu", "Reshape");
  }

  @Test
  void batchOfAnotherValueBecomesTheDimensionThatIsLeft() {
    var x = builder.input("x", -1, 3, 4, 4);
    var shape = builder.op("Shape", x);
    var batch = builder.op("Slice", shape, longs(0), longs(1), longs(0));
    var channels = builder.op("Slice", shape, longs(1), longs(2), longs(0));
    var target = with(builder.node("Concat", batch, longs(16), channels), "axis", 0L);
    var model = builder.build(builder.op("Reshape", builder.op("Relu", x), target));
    assertLeaves(model, "Relu", "Reshape");
  }

  @Test
  void arithmeticOfConstantsAndOfKnownShapesIsDoneOnce() {
    var x = builder.input("x", 2, 3, 4, 4);
    var height = builder.op("Gather", builder.op("Shape", x), scalar(2));
    var scale = with(builder.node("Cast", builder.op("Mul", height, height)), "to", 1L);
    var root = builder.op("Sqrt", scale);
    assertLeaves(builder.build(builder.op("Div", x, root)), "Div");
  }

  @Test
  void resultsLargerThanWhatTheyReplaceStayComputed() {
    var x = builder.input("x", 1);
    var table = builder.op("Expand", builder.constant(Tensor.vector(3f)), longs(1 << 20));
    var huge = builder.op("ConstantOfShape", longs(1L << 30));
    var model = builder.build(builder.op("Add", x, table), builder.op("Size", huge));
    run(model);
    assertThat(operators(model))
        .containsExactlyInAnyOrder("Expand", "Add", "ConstantOfShape", "Size");
  }

  @Test
  void randomNumbersAndDequantizedWeightsAreNotFolded() {
    var x = builder.input("x", 2, 3);
    var random = builder.node("RandomNormal");
    random.setAttribute("shape", new long[] {2, 3});
    var weight =
        builder.constant(Tensor.bytes(DataType.INT8, new long[] {3}, (byte) 1, (byte) 2, (byte) 3));
    var real = builder.op("DequantizeLinear", weight, builder.constant(Tensor.scalar(0.5f)));
    var sum = builder.op("Add", builder.op("Add", x, random.output()), real);
    var model = builder.build(sum);
    run(model);
    assertThat(operators(model)).contains("RandomNormal", "DequantizeLinear");
  }

  @Test
  void unreadNodesAndConstantsGoWhatSubgraphsReadStays() {
    var x = builder.input("x", 2, 3);
    builder.op("Exp", builder.op("Add", x, builder.normal(1, 3)));
    var model = builder.build(builder.op("Relu", x));
    assertLeaves(model, "Relu");
    run(model);
    assertThat(model.graph().initializers()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 13", "0, 13", "1, 18", "0, 18"})
  void meanOverPlacesBecomesAPool(long keepsRank, long opset) {
    var own = new ModelBuilder(opset, 1);
    var x = own.input("x", 2, 3, 4, 4);
    var mean =
        opset < 18
            ? own.node("ReduceMean", x)
            : own.node("ReduceMean", x, own.constant(Tensor.vector(-1L, 2L)));
    mean.setAttribute("keepdims", keepsRank);
    if (opset < 18) {
      mean.setAttribute("axes", new long[] {2, 3});
    }
    var model = own.build(mean.output());
    if (keepsRank == 1) {
      assertLeaves(model, "GlobalAveragePool");
    } else {
      assertLeaves(model, "GlobalAveragePool", "Flatten");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void matrixProductWithBiasAndNormalizationBecomesOneGemm(boolean bias) {
    var x = builder.input("x", 4, 6);
    var value = builder.op("MatMul", x, builder.normal(1, 6, 5));
    if (bias) {
      value = builder.op("Add", value, builder.normal(1, 5));
    }
    assertLeaves(builder.build(builder.batchNorm(value, 5)), "Gemm");
  }

  @Test
  void normalizationOfAProductOfHigherRankStays() {
    var x = builder.input("x", 4, 5, 6);
    var value = builder.op("MatMul", x, builder.normal(1, 6, 5));
    assertLeaves(builder.build(builder.batchNorm(value, 5)), "MatMul", "BatchNormalization");
  }

  @Test
  void unnamedNodesGetStableNamesOfTheirOwn() {
    var graph = builder.graph();
    var x = builder.input("x", 2);
    graph.add(Node.of("Relu", "", List.of(x), List.of("a")));
    graph.add(Node.of("Exp", "twice", List.of("a"), List.of("b")));
    graph.add(Node.of("Neg", "twice", List.of("b"), List.of("c")));
    var model = builder.build("c");
    run(model);
    assertThat(graph.nodes().stream().map(Node::name)).containsExactly("Relu/a", "twice", "Neg/c");
  }

  private String longs(long... values) {
    return builder.constant(Tensor.vector(values));
  }

  private String scalar(long value) {
    return builder.constant(Tensor.longs(new long[0], value));
  }

  private static String with(Node node, String attribute, long value) {
    node.setAttribute(attribute, value);
    return node.output();
  }

  private static String with(Node node, String attribute, long... values) {
    node.setAttribute(attribute, values);
    return node.output();
  }

  /** Tolerance: one more rounding to float32 in a product of two numbers. */
  private static void assertLeaves(Model model, String... operators) {
    var rewritten = model.copy();
    run(rewritten);
    assertThat(operators(rewritten)).containsExactlyInAnyOrder(operators);
    assertThat(rewritten.graph().outputs().stream().map(ValueInfo::name))
        .containsExactlyElementsOf(model.graph().outputs().stream().map(ValueInfo::name).toList());
    var inputs = inputs(model);
    Numbers.assertClose(OrtRunner.run(rewritten, inputs), OrtRunner.run(model, inputs), 1e-5);
  }

  private static List<String> operators(Model model) {
    return model.graph().nodes().stream().map(Node::opType).toList();
  }

  private static void run(Model model) {
    PassRunner.toFixpoint(model, StandardRewrites.all(new OrtConstantEvaluator()));
  }

  private static Map<String, Tensor> inputs(Model model) {
    var inputs = new LinkedHashMap<String, Tensor>();
    for (var input : model.graph().inputs()) {
      var shape = input.shape().orElseThrow();
      shape[0] = Math.max(shape[0], 2);
      inputs.put(input.name(), Tensor.floats(shape, new ModelBuilder(17, 99).normals(1, shape)));
    }
    return inputs;
  }
}
