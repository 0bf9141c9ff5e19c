package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
