package dev.modelcompression.training.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operator computes what ONNX Runtime computes. */
class OperatorsTest {
  /**
   * Relative to the largest output. Both sides work in float32 (2⁻²⁴ ≈ 6e-8 per operation) and sum
   * up to 200 terms here in different orders; 1e-5 leaves room for that and for nothing else.
   */
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void agreesWithOnnxRuntime(Single single) {
    float[] expected = single.byOnnxRuntime();
    float[] actual = single.byLibtorch();

    assertThat(actual).hasSameSizeAs(expected);
    double scale = 1e-3;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], within(scale * TOLERANCE));
    }
  }

  static Stream<Single> agreesWithOnnxRuntime() {
    return Stream.of(
            convolutions(),
            pooling(),
            normalizations(),
            activations(),
            arithmetic(),
            reductions(),
            shapes(),
            indexing())
        .flatMap(cases -> cases);
  }

  private static Single op(String opType) {
    return Single.of(opType, 13);
  }

  private static Tensor longs(long... values) {
    return Tensor.vector(values);
  }

  private static Stream<Single> convolutions() {
    long[] uneven = {0, 1, 2, 1};
    return Stream.of(
        op("Conv").input(2, 3, 7, 6).weight(4, 3, 3, 3).weight(4).with("pads", uneven),
        op("Conv").input(2, 3, 7, 6).weight(4, 3, 3, 3).with("auto_pad", "SAME_UPPER"),
        op("Conv")
            .input(2, 3, 8, 7)
            .weight(4, 3, 2, 3)
            .with("auto_pad", "SAME_LOWER")
            .with("strides", new long[] {2, 1}),
        op("Conv").input(2, 4, 7, 6).weight(6, 2, 3, 3).with("group", 2),
        op("Conv").input(1, 4, 9, 9).weight(4, 1, 3, 3).with("group", 4),
        op("Conv").input(1, 2, 9, 9).weight(3, 2, 3, 3).with("dilations", new long[] {2, 2}),
        op("Conv").input(2, 3, 9).weight(4, 3, 3).with("pads", new long[] {1, 1}),
        op("Conv").input(1, 2, 5, 5, 5).weight(3, 2, 3, 3, 3),
        op("ConvTranspose").input(2, 3, 5, 4).weight(3, 4, 3, 3).weight(4).with("pads", uneven),
        op("ConvTranspose")
            .input(2, 3, 5, 4)
            .weight(3, 4, 3, 3)
            .with("strides", new long[] {2, 2})
            .with("pads", new long[] {1, 1, 1, 1})
            .with("output_padding", new long[] {1, 1}),
        op("ConvTranspose")
            .input(1, 4, 5, 4)
            .weight(4, 2, 3, 3)
            .with("group", 2)
            .with("strides", new long[] {2, 2})
            .with("output_shape", new long[] {10, 8}));
  }

  private static Stream<Single> pooling() {
    long[] three = {3, 3};
    long[] two = {2, 2};
    return Stream.of(
        op("MaxPool").input(2, 3, 8, 7).with("kernel_shape", three).with("strides", two),
        op("MaxPool")
            .input(2, 3, 8, 7)
            .with("kernel_shape", three)
            .with("pads", new long[] {1, 0, 2, 1}),
        op("MaxPool").input(2, 3, 8, 7).with("kernel_shape", two).with("auto_pad", "SAME_UPPER"),
        op("MaxPool")
            .input(-9.0, -1.0, 1, 2, 7, 7)
            .with("kernel_shape", three)
            .with("strides", two)
            .with("ceil_mode", 1)
            .with("pads", new long[] {1, 1, 1, 1}),
        op("AveragePool")
            .input(2, 3, 8, 7)
            .with("kernel_shape", three)
            .with("pads", new long[] {1, 1, 1, 1}),
        op("AveragePool")
            .input(2, 3, 8, 7)
            .with("kernel_shape", three)
            .with("pads", new long[] {1, 0, 0, 1})
            .with("count_include_pad", 1),
        op("AveragePool")
            .input(2, 3, 8, 7)
            .with("kernel_shape", three)
            .with("pads", new long[] {1, 0, 0, 1}),
        op("GlobalAveragePool").input(2, 3, 5, 4),
        op("GlobalMaxPool").input(2, 3, 5, 4));
  }

  private static Stream<Single> normalizations() {
    return Stream.of(
        op("BatchNormalization").input(2, 3, 4, 4).weight(3).weight(3).weight(3).weight(3),
        op("InstanceNormalization").input(2, 3, 4, 4).weight(3).weight(3),
        Single.of("LayerNormalization", 17).input(2, 3, 8).weight(8).weight(8),
        Single.of("LayerNormalization", 17).input(2, 3, 8).weight(3, 8).with("axis", 1),
        Single.of("GroupNormalization", 21)
            .input(2, 6, 4, 4)
            .weight(6)
            .weight(6)
            .with("num_groups", 3));
  }

  private static Stream<Single> activations() {
    var plain =
        Stream.of(
                "Relu",
                "Sigmoid",
                "Tanh",
                "Softplus",
                "Softsign",
                "LeakyRelu",
                "Elu",
                "Selu",
                "Celu",
                "HardSigmoid",
                "ThresholdedRelu",
                "Softmax",
                "LogSoftmax")
            .map(opType -> op(opType).input(2, 3, 5));
    return Stream.concat(
        plain,
        Stream.of(
            Single.of("HardSwish", 14).input(2, 3, 5),
            Single.of("Mish", 18).input(2, 3, 5),
            Single.of("Gelu", 20).input(2, 3, 5),
            Single.of("Gelu", 20).input(2, 3, 5).with("approximate", "tanh"),
            Single.of("Softmax", 11).input(2, 3, 5),
            Single.of("LogSoftmax", 11).input(2, 3, 5).with("axis", 2),
            op("PRelu").input(2, 3, 4, 4).weight(3, 1, 1),
            op("Clip").input(2, 9).constant(Tensor.scalar(-1f)).constant(Tensor.scalar(0.5f)),
            op("Clip").input(2, 9).none().constant(Tensor.scalar(0.5f))));
  }

  private static Stream<Single> arithmetic() {
    var unary =
        Stream.of(
                "Neg",
                "Abs",
                "Exp",
                "Reciprocal",
                "Floor",
                "Ceil",
                "Round",
                "Sign",
                "Erf",
                "Sin",
                "Cos",
                "Identity",
                "Dropout")
            .map(opType -> op(opType).input(2, 7));
    var positive = Stream.of("Log", "Sqrt").map(opType -> op(opType).input(0.1, 3, 2, 7));
    var binary =
        Stream.of(
                "Add",
                "Sub",
                "Mul",
                "Div",
                "Max",
                "Min",
                "Greater",
                "Less",
                "GreaterOrEqual",
                "LessOrEqual",
                "Equal",
                "Sum",
                "Mean")
            .map(opType -> op(opType).input(2, 3, 4).weight(3, 1));
    var others =
        Stream.of(
            op("Pow").input(0.2, 2, 2, 3).weight(3),
            op("Mod").input(2, 7).weight(7).with("fmod", 1),
            op("Div").constant(longs(-7, 7, 8)).constant(longs(2, -2, 3)),
            op("Gemm").input(3, 5).weight(5, 4).weight(4),
            op("Gemm")
                .input(5, 3)
                .weight(4, 5)
                .weight(4)
                .with("transA", 1)
                .with("transB", 1)
                .with("alpha", 0.5f)
                .with("beta", 2f),
            op("MatMul").input(2, 3, 5).weight(5, 4),
            op("Einsum").input(2, 3, 5).weight(2, 5, 4).with("equation", "bij,bjk->bik"),
            op("Where")
                .constant(Tensor.bytes(DataType.BOOL, new long[] {3}, (byte) 1, (byte) 0, (byte) 1))
                .input(2, 3)
                .weight(3));
    return Stream.of(unary, positive, binary, others).flatMap(cases -> cases);
  }

  private static Stream<Single> reductions() {
    var byAttribute =
        Stream.of(
                "ReduceMean",
                "ReduceMax",
                "ReduceMin",
                "ReduceProd",
                "ReduceL1",
                "ReduceL2",
                "ReduceSumSquare",
                "ReduceLogSumExp")
            .map(opType -> op(opType).input(2, 3, 4).with("axes", new long[] {-1, 1}));
    return Stream.concat(
        byAttribute,
        Stream.of(
            op("ReduceLogSum").input(0.5, 2, 2, 3, 4).with("keepdims", 0),
            op("ReduceSum").input(2, 3, 4).constant(longs(1)).with("keepdims", 0),
            op("ReduceSum").input(2, 3, 4).with("noop_with_empty_axes", 1),
            Single.of("ReduceMean", 18).input(2, 3, 4).constant(longs(-1)),
            Single.of("ReduceMax", 18).input(2, 3, 4),
            op("ArgMax").input(2, 9).with("axis", 1),
            op("ArgMin").input(2, 9).with("axis", -1).with("keepdims", 0),
            op("CumSum").input(2, 5).constant(longs(1))));
  }

  private static Stream<Single> shapes() {
    return Stream.of(
        op("Reshape").input(2, 3, 4).constant(longs(0, -1, 2)),
        op("Flatten").input(2, 3, 4).with("axis", 2),
        op("Transpose").input(2, 3, 4).with("perm", new long[] {2, 0, 1}),
        op("Transpose").input(2, 3, 4),
        op("Squeeze").input(2, 1, 3, 1).constant(longs(-1)),
        Single.of("Squeeze", 11).input(2, 1, 3, 1),
        op("Unsqueeze").input(2, 3).constant(longs(-1, 0)),
        Single.of("Unsqueeze", 11).input(2, 3).with("axes", new long[] {1}),
        op("Expand").input(3, 1).constant(longs(2, 1, 4)),
        Single.of("Shape", 15).input(2, 3, 4).with("start", -2),
        op("Size").input(2, 3, 4),
        op("DepthToSpace").input(1, 8, 2, 3).with("blocksize", 2),
        op("DepthToSpace").input(1, 8, 2, 3).with("blocksize", 2).with("mode", "CRD"),
        op("SpaceToDepth").input(1, 2, 4, 6).with("blocksize", 2),
        op("Concat").input(2, 3).weight(2, 2).with("axis", -1),
        op("Split").input(2, 7).constant(longs(3, 4)).with("axis", 1).outputs(2),
        Single.of("Split", 11).input(6, 2).outputs(3),
        Single.of("Split", 18).input(7, 2).with("num_outputs", 3).outputs(3),
        op("Pad").input(2, 3).constant(longs(0, 1, 2, 1)).constant(Tensor.scalar(0.5f)),
        op("Pad").input(1, 2, 5, 4).constant(longs(0, 0, 1, 2, 0, 0, 3, 1)).with("mode", "reflect"),
        op("Pad").input(1, 2, 5, 4).constant(longs(0, 0, 1, 2, 0, 0, 3, 1)).with("mode", "edge"),
        Single.of("Pad", 18).input(2, 3).constant(longs(1, 2)).none().constant(longs(-1)),
        op("Tile").input(2, 3).constant(longs(2, 1)),
        op("ConstantOfShape")
            .constant(longs(2, 3))
            .with("value", Tensor.floats(new long[] {1}, 4f)),
        op("Range")
            .constant(Tensor.scalar(1f))
            .constant(Tensor.scalar(9f))
            .constant(Tensor.scalar(2.5f)),
        op("Cast").input(2, 3).with("to", DataType.INT32.code()),
        op("Resize").input(1, 2, 3, 4).none().constant(Tensor.vector(1f, 1f, 2f, 2f)),
        op("Resize")
            .input(1, 2, 3, 4)
            .none()
            .none()
            .constant(longs(1, 2, 6, 12))
            .with("mode", "linear"),
        op("Resize")
            .input(1, 2, 3, 4)
            .none()
            .constant(Tensor.vector(1f, 1f, 3f, 3f))
            .with("coordinate_transformation_mode", "asymmetric")
            .with("nearest_mode", "floor"));
  }

  private static Stream<Single> indexing() {
    return Stream.of(
        op("Gather").input(5, 3).constant(longs(0, -1, 2)),
        op("Gather").input(2, 5, 3).constant(Tensor.longs(new long[0], 3)).with("axis", 1),
        op("GatherElements")
            .input(3, 2)
            .constant(Tensor.longs(new long[] {2, 2}, 0, -1, 2, 1))
            .with("axis", 0),
        op("Slice").input(5, 6).constant(longs(1)).constant(longs(-1)).constant(longs(1)),
        op("Slice")
            .input(5, 6)
            .constant(longs(-1, 4))
            .constant(longs(Long.MIN_VALUE, 0))
            .constant(longs(0, 1))
            .constant(longs(-2, -1)),
        op("Slice").input(5, 6).constant(longs(1, 0)).constant(longs(Long.MAX_VALUE, 5)),
        Single.of("Trilu", 14).input(4, 5),
        Single.of("Trilu", 14).input(4, 5).constant(Tensor.longs(new long[0], 1)).with("upper", 0));
  }
}
