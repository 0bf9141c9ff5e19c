package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeInferenceTest {
  @Test
  void everyValueOfARealModelHasAShapeOnceTheBatchIsBound() {
    var model = TestModels.resnet();
    var input = model.graph().inputs().get(0);
    var shapes = ShapeInference.infer(model, Map.of(input.name(), new long[] {3, 1, 28, 28}));
    for (Node node : model.graph().nodes()) {
      for (String output : node.outputs()) {
        assertThat(shapes.fixedShape(output)).as(node.toString()).isPresent();
        assertThat(shapes.type(output)).as(node.toString()).isNotEqualTo(DataType.UNDEFINED);
      }
    }
    var output = model.graph().outputs().get(0).name();
    assertThat(shapes.shape(output)).hasValue(new long[] {3, 10});
  }

  @Test
  void anUnboundBatchStaysUnknownAndTheModelIsNotTouched() {
    var model = TestModels.resnet();
    var before = OnnxWriter.toBytes(model);
    var shapes = ShapeInference.infer(model, Map.of());
    var output = model.graph().outputs().get(0).name();
    assertThat(shapes.shape(output)).hasValue(new long[] {ValueInfo.UNKNOWN, 10});
    assertThat(OnnxWriter.toBytes(model)).isEqualTo(before);
  }

  @Test
  void shapeArithmeticIsFollowed() {
    var model =
        TestModels.of(
            new long[] {-1, 3, 4, 5},
            List.of("y"),
            node("Shape", List.of("x"), "s"),
            node("Gather", List.of("s", "zero"), "n"),
            node("Concat", List.of("n", "rest"), "target"),
            node("Reshape", List.of("x", "target"), "y"));
    model.graph().nodes("Concat").get(0).setAttribute("axis", 0L);
    model.graph().setInitializer("zero", Tensor.vector(0L));
    model.graph().setInitializer("rest", Tensor.vector(-1L));
    var shapes = ShapeInference.infer(model, Map.of("x", new long[] {2, 3, 4, 5}));
    assertThat(shapes.shape("y")).hasValue(new long[] {2, 60});
  }

  @Test
  void whatTheModelSaysAboutItsOwnValuesIsNotTrusted() {
    var model = TestModels.of(new long[] {2, 3}, List.of("y"), node("Relu", List.of("x"), "y"));
    model.graph().setOutput(0, ValueInfo.tensor("y", DataType.FLOAT, 7, 7));
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).hasValue(new long[] {2, 3});
  }

  @Test
  void whatTheModelSaysAboutAnUnknownOperatorIsBelieved() {
    var model =
        TestModels.of(
            new long[] {2, 3},
            List.of("y"),
            Node.of("com.example", "Secret", "s", List.of("x"), List.of("h")),
            node("Relu", List.of("h"), "y"));
    model.setOpset("com.example", 1);
    model.graph().putValueInfo(ValueInfo.tensor("h", DataType.FLOAT, 4, 4));
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).hasValue(new long[] {4, 4});

    model.graph().clearValueInfos();
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).isEmpty();
  }

  @Test
  void newestVersionsAndLargeWeightsWork() {
    var model =
        TestModels.of(new long[] {1, 2000}, List.of("y"), node("MatMul", List.of("x", "w"), "y"));
    model.graph().setInitializer("w", TestModels.zeros(2000, 30));
    model.setIrVersion(11);
    model.setOpset("", 22);
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).hasValue(new long[] {1, 30});
  }

  @Test
  void aContradictionNamesTheNodeInOneLine() {
    var model =
        TestModels.of(
            new long[] {2, 3},
            List.of("y"),
            Node.of("MatMul", "proj", List.of("x", "w"), List.of("y")));
    model.graph().setInitializer("w", TestModels.zeros(5, 4));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("proj")
        .hasMessageContaining("Incompatible dimensions")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aWrongInputNameOrRankIsTheCallersMistake() {
    var model = TestModels.of(new long[] {2, 3}, List.of("y"), node("Relu", List.of("x"), "y"));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of("z", new long[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[x]");
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of("x", new long[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 dimensions");
  }

  @Test
  void operatorsThatCrashTheLibraryAreKeptFromIt() {
    var einsum = node("Einsum", List.of("x", "x"), "y");
    einsum.setAttribute("equation", "abc,abc->ab");
    var model = TestModels.of(new long[] {2, 3}, List.of("y"), einsum);
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).isEmpty();
    einsum.setAttribute("equation", "ab,cb->ac");
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).hasValue(new long[] {2, 2});

    var gather = node("GatherND", List.of("x", "i"), "y");
    gather.setAttribute("batch_dims", -1L);
    var other = TestModels.of(new long[] {2, 3}, List.of("y"), gather);
    other.graph().setInitializer("i", Tensor.longs(new long[] {5, 1}, 0, 1, 0, 1, 0));
    assertThat(ShapeInference.infer(other, Map.of()).shape("y")).isEmpty();
    gather.setAttribute("batch_dims", 0L);
    assertThat(ShapeInference.infer(other, Map.of()).shape("y")).hasValue(new long[] {5, 3});
  }

  @Test
  void aMissingAttributeIsAFaultOfTheNodeAndNotACrash() {
    var scan = Node.of("Scan", "scan", List.of("x"), List.of("y"));
    var model = TestModels.of(new long[] {2, 3}, List.of("y"), scan);
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("scan");
  }

  /** Each is a file of some hundred bytes that the library alone would answer with gigabytes. */
  @ParameterizedTest
  @ValueSource(strings = {"ConstantOfShape", "Expand", "Reshape", "Resize"})
  void anInputThatIsReadAsAShapeOfVeryManyDimensionsIsRefused(String operator) {
    var inputs =
        switch (operator) {
          case "ConstantOfShape" -> List.of("s");
          case "Resize" -> List.of("x", "", "", "s");
          default -> List.of("x", "s");
        };
    var model =
        TestModels.of(new long[] {1}, List.of("y"), Node.of(operator, "big", inputs, List.of("y")));
    model.graph().addInput(ValueInfo.tensor("s", DataType.INT64, 1L << 40));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("'big'")
        .hasMessageContaining("makes a tensor of 1099511627776 dimensions");
  }

  @Test
  void aShapeThatIsComputedToBeVeryLongIsRefused() {
    var model =
        TestModels.of(
            new long[] {1},
            List.of("y"),
            node("ConstantOfShape", List.of("length"), "zeros"),
            node("Cast", List.of("zeros"), "s"),
            Node.of("Expand", "big", List.of("x", "s"), List.of("y")));
    model.graph().nodes("Cast").get(0).setAttribute("to", (long) DataType.INT64.code());
    model.graph().setInitializer("length", Tensor.vector(1L << 27));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("makes a tensor of 134217728 dimensions");
  }

  @Test
  void ranksThatDoubleFromNodeToNodeAreRefused() {
    var nodes = new Node[30];
    Arrays.setAll(
        nodes,
        i ->
            node("Gather", List.of(i == 0 ? "s" : "g" + i, i == 0 ? "s" : "g" + i), "g" + (i + 1)));
    var model = TestModels.of(new long[] {1}, List.of("g30"), nodes);
    model.graph().addInput(ValueInfo.tensor("s", DataType.INT64, 2, 2));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("dimensions; at most 64");
  }

  @Test
  void ranksThatDoubleInsideAFunctionOrSubgraphAreNotFollowed() {
    var nodes = new ArrayList<NodeProto>();
    for (int i = 0; i < 30; i++) {
      nodes.add(node("Gather", List.of("g" + i, "g" + i), "g" + (i + 1)).proto());
    }
    var proto =
        OnnxWriter.toProto(
            TestModels.of(
                new long[] {2, 2},
                List.of("y"),
                Node.of("f", "Double", "call", List.of("x"), List.of("y"))),
            Tensor::proto);
    var function =
        FunctionProto.newBuilder()
            .setDomain("f")
            .setName("Double")
            .addInput("g0")
            .addOutput("g30")
            .addAllNode(nodes)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
    var model =
        TestModels.read(
            proto.toBuilder()
                .addFunctions(function)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("f").setVersion(1))
                .build()
                .toByteArray());
    assertThat(ShapeInference.infer(model, Map.of()).shape("y")).isEmpty();
  }

  @Test
  void aTensorThatFitsNoMachineIsRefusedBeforeAnybodyAllocatesIt() {
    var model =
        TestModels.of(
            new long[] {1, 1, 1024, 1024},
            List.of("y"),
            Node.of("Resize", "big", List.of("x", "", "scales"), List.of("y")));
    model.graph().setInitializer("scales", Tensor.vector(1f, 1f, 1024f, 1024f));
    assertThatThrownBy(() -> ShapeInference.infer(model, Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(
            "node 'big' ('Resize') makes a tensor of shape [1, 1, 1048576, 1048576]; at most 2147483648 elements");
  }

  @Test
  void shapesThatAreComputedInTheUsualWaysAreStillFollowed() {
    var model =
        TestModels.of(
            new long[] {2, 3},
            List.of("y"),
            node("Identity", List.of("given"), "s"),
            node("Mul", List.of("s", "two"), "twice"),
            node("Expand", List.of("x", "twice"), "y"));
    model.graph().setInitializer("given", Tensor.vector(2L, 1L, 1L));
    model.graph().setInitializer("two", Tensor.vector(2L));
    assertThat(ShapeInference.infer(model, Map.of()).shape("y"))
        .hasValueSatisfying(shape -> assertThat(shape).hasSize(3));
  }
}
