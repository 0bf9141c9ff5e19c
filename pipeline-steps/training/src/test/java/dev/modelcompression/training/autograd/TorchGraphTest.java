package dev.modelcompression.training.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.training.autograd.OnnxRuntime.Floats;
import dev.modelcompression.training.operators.NativeTensors;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TorchGraphTest {
  private static final Path EXAMPLE = Path.of("..", "..", "examples", "fashion-mnist");

  /**
   * Logits reach 20; each is a chain of ten float32 sums of up to 1152 terms, in different orders
   * on both sides: 1e-5 of the largest.
   */
  @Test
  void theRealNetworkComputesWhatOnnxRuntimeComputes() {
    var model = ModelFiles.load(EXAMPLE.resolve("resnet8.onnx"));
    var values = FloatBuffer.allocate(16 * 784);
    NpzDataset.load(EXAMPLE.resolve("test.npz"))
        .read("input", IntStream.range(0, 16).toArray(), values);
    long[] shape = {16, 1, 28, 28};

    float[] expected = OnnxRuntime.run(model, Map.of("input", new Floats(shape, values.array())));
    float[] actual =
        evaluate(model, "logits", Map.of("input", Tensor.floats(shape, values.array())));

    assertClose(actual, expected, 1e-5);
  }

  /** Gradients of a random projection of the output against central differences of the output. */
  @Test
  void gradientsAgreeWithFiniteDifferences() {
    var model = everyKindOfParameter();
    var input = random(1, 2, 3, 6, 6);

    var gradients =
        NativeScope.call(
            () -> {
              var graph = new TorchGraph(model, "y");
              projection(graph.forward(Map.of("x", NativeTensors.of(input)), false)).backward();
              var parameters = graph.parameters();
              return parameters.split(NativeTensors.floats(parameters.gradients()));
            });

    assertThat(gradients.keySet())
        .containsExactlyInAnyOrder("conv.w", "conv.b", "bn.s", "bn.b", "up.w", "slope", "fc.w");
    gradients.forEach(
        (name, gradient) -> {
          for (int i = 0; i < gradient.length; i += 3) {
            double expected = difference(model, input, name, i);
            // h = 1e-2 and float32 outputs of about 10: 1e-6·10/h = 1e-3 of rounding.
            assertThat((double) gradient[i])
                .as("%s[%d]", name, i)
                .isCloseTo(expected, within(5e-3 * Math.max(1, Math.abs(expected))));
          }
        });
  }

  @Test
  void mergedStatisticsAreSeparatedAndMergedWeightsStayMerged() {
    var model = twinNorms();

    var trained =
        NativeScope.call(
            () -> {
              var graph = new TorchGraph(model, "y");
              graph.forward(Map.of("x", NativeTensors.of(random(1, 8, 2, 4, 4))), true);
              var statistics = new LinkedHashMap<String, float[]>();
              graph.statistics().forEach((n, t) -> statistics.put(n, NativeTensors.floats(t)));
              return graph.withValues(
                  NativeTensors.floats(graph.parameters().values()), statistics);
            });

    var norms = trained.graph().nodes("BatchNormalization");
    assertThat(norms.get(0).input(1)).isEqualTo("scale");
    assertThat(norms.get(1).input(1)).isEqualTo("scale2");
    assertThat(mean(trained, norms.get(0))).isNotEqualTo(mean(trained, norms.get(1)));
    // The old mean is 0 and ONNX's default momentum 0.9 weighs the old: a tenth of the batch's
    // mean.
    assertThat((double) mean(trained, norms.get(0))[1])
        .isCloseTo(0.1 * channelMean(random(1, 8, 2, 4, 4), 1), within(1e-6));
  }

  /** Two norms that share scale through Identity, and mean and variance by name. */
  private static Model twinNorms() {
    var graph = new Graph("twins");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, ValueInfo.UNKNOWN, 2, 4, 4));
    graph.setInitializer("scale", Tensor.vector(1f, 2f));
    graph.setInitializer("zero", Tensor.vector(0f, 0f));
    graph.setInitializer("one", Tensor.vector(1f, 1f));
    graph.setInitializer("bias", Tensor.vector(0.5f, -0.5f));
    graph.add(Node.of("Identity", "merge", List.of("scale"), List.of("scale2")));
    graph.add(
        Node.of(
            "BatchNormalization", "a", List.of("x", "scale", "bias", "zero", "one"), List.of("h")));
    graph.add(
        Node.of(
            "BatchNormalization",
            "b",
            List.of("h", "scale2", "bias", "zero", "one"),
            List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, ValueInfo.UNKNOWN, 2, 4, 4));
    return new Model(graph, 8, 13);
  }

  private static double channelMean(Tensor images, int channel) {
    var values = images.floats();
    double sum = 0;
    for (int image = 0; image < 8; image++) {
      for (int pixel = 0; pixel < 16; pixel++) {
        sum += values[(image * 2 + channel) * 16 + pixel];
      }
    }
    return sum / (8 * 16);
  }

  private static float[] mean(Model model, Node norm) {
    return model.graph().initializer(norm.input(3)).orElseThrow().floats();
  }

  private static Model everyKindOfParameter() {
    var graph = new Graph("parameters");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, ValueInfo.UNKNOWN, 3, 6, 6));
    graph.setInitializer("conv.w", random(2, 4, 3, 3, 3));
    graph.setInitializer("conv.b", random(3, 4));
    for (String name : List.of("bn.s", "bn.b", "bn.m")) {
      graph.setInitializer(name, random(name.hashCode(), 4));
    }
    graph.setInitializer("bn.v", Tensor.vector(1f, 2f, 0.5f, 1.5f));
    graph.setInitializer("up.w", random(5, 4, 2, 2, 2));
    graph.setInitializer("slope", random(6, 2, 1, 1));
    graph.setInitializer("fc.w", random(7, 5, 2));
    graph.setInitializer("shape", Tensor.vector(0L, 2L, -1L));
    graph.add(padded(Node.of("Conv", "c", List.of("x", "conv.w", "conv.b"), List.of("c"))));
    graph.add(
        Node.of(
            "BatchNormalization",
            "bn",
            List.of("c", "bn.s", "bn.b", "bn.m", "bn.v"),
            List.of("n")));
    graph.add(Node.of("Sigmoid", "s", List.of("n"), List.of("s")));
    graph.add(Node.of("ConvTranspose", "up", List.of("s", "up.w"), List.of("u")));
    graph.add(Node.of("PRelu", "p", List.of("u", "slope"), List.of("p")));
    graph.add(Node.of("Reshape", "r", List.of("p", "shape"), List.of("r")));
    graph.add(Node.of("ReduceMean", "m", List.of("r"), List.of("m")));
    graph.nodes("ReduceMean").get(0).setAttribute("axes", new long[] {2});
    graph.nodes("ReduceMean").get(0).setAttribute("keepdims", 0);
    var transposed = Node.of("Transpose", "t", List.of("fc.w"), List.of("fc.t"));
    graph.add(transposed);
    graph.add(Node.of("MatMul", "fc", List.of("m", "fc.t"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, ValueInfo.UNKNOWN, 5));
    return new Model(graph, 8, 13);
  }

  private static Node padded(Node convolution) {
    convolution.setAttribute("pads", new long[] {0, 1, 2, 1});
    return convolution;
  }

  private static Tensor random(long seed, long... shape) {
    var random = new SplittableRandom(seed);
    long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    var values = new float[(int) size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return Tensor.floats(shape, values);
  }

  private static float weightOf(int index) {
    return index % 3 - 0.7f;
  }

  private static org.bytedeco.pytorch.Tensor projection(org.bytedeco.pytorch.Tensor output) {
    var weights = new float[(int) output.numel()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 10 * weightOf(i);
    }
    return output.mul(NativeTensors.of(Tensor.floats(output.shape(), weights))).sum();
  }

  private static double difference(Model model, Tensor input, String name, int index) {
    float h = 1e-2f;
    return (projected(model, input, name, index, h) - projected(model, input, name, index, -h))
        / (2 * h);
  }

  private static double projected(Model model, Tensor input, String name, int index, float by) {
    var copy = model.copy();
    var tensor = copy.graph().initializer(name).orElseThrow();
    var values = tensor.floats();
    values[index] += by;
    copy.graph().setInitializer(name, Tensor.floats(tensor.shape(), values));
    var output = OnnxRuntime.run(copy, Map.of("x", new Floats(input.shape(), input.floats())));
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += 10.0 * weightOf(i) * output[i];
    }
    return sum;
  }

  private static float[] evaluate(Model model, String output, Map<String, Tensor> inputs) {
    return NativeScope.call(
        () -> {
          var graph = new TorchGraph(model, output);
          var tensors = new LinkedHashMap<String, org.bytedeco.pytorch.Tensor>();
          inputs.forEach((name, tensor) -> tensors.put(name, NativeTensors.of(tensor)));
          return NativeTensors.floats(graph.forward(tensors, false));
        });
  }

  private static void assertClose(float[] actual, float[] expected, double relative) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(relative * largest));
    }
  }
}
