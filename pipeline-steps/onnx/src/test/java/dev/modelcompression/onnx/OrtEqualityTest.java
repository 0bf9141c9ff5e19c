package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnxruntime.OnnxTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a model computes is the same after it went through this module. */
class OrtEqualityTest {
  @Test
  void theRealConvolutionalModel() {
    var model = TestModels.resnet();
    var input = model.graph().inputs().get(0).name();
    var feed = Map.of(input, floats(2, 1, 28, 28));
    assertThat(Ort.run(OnnxWriter.toBytes(model), feed))
        .usingRecursiveComparison()
        .isEqualTo(Ort.run(TestModels.resnetBytes(), feed));
  }

  @Test
  void aRealQuantizedTransformer() throws IOException {
    var original = minilm();
    var model = TestModels.read(original);
    var feed = tokens(model, 9);
    var expected = Ort.run(original, feed);
    assertThat(Ort.run(OnnxWriter.toBytes(model), feed))
        .usingRecursiveComparison()
        .isEqualTo(expected);
    assertThat(Ort.run(OnnxWriter.toBytes(model.copy()), feed))
        .usingRecursiveComparison()
        .isEqualTo(expected);
  }

  @Test
  void shapesAndCostsOfTheTransformer() throws IOException {
    var model = TestModels.read(minilm());
    var shapes = new HashMap<String, long[]>();
    model.graph().inputs().forEach(input -> shapes.put(input.name(), new long[] {1, 9}));
    var inferred = ShapeInference.infer(model, shapes);
    var output = model.graph().outputs().get(0).name();
    assertThat(inferred.shape(output)).hasValue(new long[] {1, 9, 384});

    var cost = CostModel.of(model, inferred);
    assertThat(cost.notCounted()).isEmpty();
    long projections = 4L * 384 * 384 + 2 * 384 * 1536;
    long attention = 2L * 9 * 384;
    assertThat(cost.macs()).isEqualTo(6 * 9 * (projections + attention));
    assertThat(cost.parameters())
        .as("22.7 million, as published")
        .isBetween(22_500_000L, 22_800_000L);
  }

  @Test
  void anUpgradedModelComputesTheSame() {
    var softmax = node("Softmax", List.of("x"), "p"); // before 13 it works on a flattened tensor
    softmax.setAttribute("axis", 1L);
    var squeeze = node("ReduceSum", List.of("p"), "s"); // axes become an input in 13
    squeeze.setAttribute("axes", new long[] {2});
    squeeze.setAttribute("keepdims", 0L);
    var model =
        TestModels.of(
            new long[] {2, 3, 4},
            List.of("y"),
            softmax,
            squeeze,
            node("MatMul", List.of("s", "w"), "y"));
    var weights = new float[3 * 500];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 7 - 3;
    }
    model.graph().setInitializer("w", Tensor.floats(new long[] {3, 500}, weights));
    model.setOpset("", 11);
    model.metadata().put("author", "test");
    var upgraded = OpsetConverter.upgrade(model, 17);

    assertThat(upgraded.opset()).isEqualTo(17);
    assertThat(model.opset()).isEqualTo(11);
    assertThat(upgraded.metadata()).containsEntry("author", "test");
    var feed = Map.of("x", floats(2, 3, 4));
    assertThat(Ort.run(OnnxWriter.toBytes(upgraded), feed))
        .usingRecursiveComparison()
        .isEqualTo(Ort.run(OnnxWriter.toBytes(model), feed));
  }

  @Test
  void theRealModelUpgraded() {
    var model = TestModels.resnet();
    var input = model.graph().inputs().get(0).name();
    var feed = Map.of(input, floats(2, 1, 28, 28));
    var upgraded = OpsetConverter.upgrade(model, 21);
    assertThat(upgraded.opset()).isEqualTo(21);
    assertThat(Ort.run(OnnxWriter.toBytes(upgraded), feed))
        .usingRecursiveComparison()
        .isEqualTo(Ort.run(TestModels.resnetBytes(), feed));
    assertThat(OpsetConverter.upgrade(model, 13)).as("already there").isSameAs(model);
  }

  @Test
  void whatCannotBeUpgradedIsSaid() {
    var model = TestModels.of(new long[] {2}, List.of("y"), node("Upsampel", List.of("x"), "y"));
    model.setOpset("", 11);
    assertThatThrownBy(() -> OpsetConverter.upgrade(model, 13))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("from operator set 11 to 13")
        .hasMessageContaining("Upsampel");
    var holder = TestModels.of(new long[] {2}, List.of("y"), node("Relu", List.of("x"), "y"));
    holder.setOpset("", 11);
    holder.graph().add(new Node(SubgraphModels.holding("loop", GraphProto.getDefaultInstance())));
    assertThatThrownBy(() -> OpsetConverter.upgrade(holder, 13))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("node 'loop' holds a subgraph");
  }

  private static byte[] minilm() throws IOException {
    try (var in = OrtEqualityTest.class.getResourceAsStream("/all-minilm-l6-v2-q.onnx")) {
      assertThat(in).isNotNull();
      return in.readAllBytes();
    }
  }

  private static Map<String, Ort.Feed> tokens(Model model, int count) {
    var feeds = new HashMap<String, Ort.Feed>();
    for (var input : model.graph().inputs()) {
      var values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] =
            input.name().equals("input_ids")
                ? 1000 + 37L * i
                : input.name().equals("attention_mask") ? 1 : 0;
      }
      feeds.put(
          input.name(),
          environment ->
              OnnxTensor.createTensor(environment, LongBuffer.wrap(values), new long[] {1, count}));
    }
    return feeds;
  }

  private static Ort.Feed floats(long... shape) {
    var random = new Random(1);
    var values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return environment -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
  }
}
