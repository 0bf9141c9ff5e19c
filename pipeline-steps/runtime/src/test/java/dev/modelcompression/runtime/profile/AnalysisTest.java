package dev.modelcompression.runtime.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.Models;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnalysisTest {
  private static final Analysis.Settings SETTINGS = new Analysis.Settings(3, 16, 1, 1);
  private static final Cpu VNNI = new Cpu("test", 2, Set.of("avx512_vnni"));
  private static final Cpu AVX2 = new Cpu("test", 2, Set.of("avx2"));

  @Test
  void factsOfTheRealModel() {
    var facts =
        Analysis.of(
            Models.resnet8(), 1_245_000, Optional.of(Models.images(16)), SETTINGS, Progress.NONE);
    // PyTorch counts 308,074: the exporter shares a bias of 64 and one of 128 numbers.
    assertThat(facts.parameters()).isEqualTo(307_882);
    assertThat(facts.macs()).isBetween(37_000_000L, 38_000_000L);
    assertThat(facts.operators()).containsEntry("Conv", 9).containsEntry("Gemm", 1);
    assertThat(facts.weights())
        .hasSize(10)
        .allSatisfy(w -> assertThat(w.sparsity()).isLessThan(0.1));
    assertThat(facts.activations())
        .filteredOn(a -> a.value().contains("relu"))
        .hasSize(7)
        .allSatisfy(a -> assertThat(a.min()).isZero());
    assertThat(facts.peakActivationBytes()).isGreaterThan(200_000);
    var convolutions = facts.nodes().stream().filter(n -> n.opType().equals("Conv")).toList();
    assertThat(convolutions)
        .as("every convolution is timed, whatever ONNX Runtime fused it into")
        .hasSize(9)
        .allSatisfy(n -> assertThat(n.micros()).isNotNull());
    double shares =
        facts.nodes().stream().mapToDouble(n -> n.timeShare() == null ? 0 : n.timeShare()).sum();
    assertThat(shares).isBetween(0.6, 1 + 1e-9);
    assertThat(facts.dynamicShapes()).isEmpty();
    assertThat(new ObjectMapper().valueToTree(facts).toString()).doesNotContain("NaN", "null");
  }

  @Test
  void withoutDataNothingIsTimed() {
    var facts = Analysis.of(Models.resnet8(), 1, Optional.empty(), SETTINGS, Progress.NONE);
    var json = new ObjectMapper().valueToTree(facts);
    assertThat(json.has("activations")).isFalse();
    assertThat(json.at("/nodes/0").has("micros")).isFalse();
    assertThat(json.at("/nodes/0/macs").asLong()).as("ordered by MACs then").isPositive();
  }

  @Test
  void adviceForAConvolutionalNetwork() {
    var facts = Analysis.of(Models.resnet8(), 1, Optional.empty(), SETTINGS, Progress.NONE);
    assertThat(Advisor.advise(facts, VNNI))
        .extracting(Advice::step)
        .containsExactly(
            "optimize",
            "prune with structure: Channel, roundTo: 16, then fineTune",
            "quantize with mode: Static");
    assertThat(Advisor.advise(facts, AVX2))
        .extracting(Advice::step)
        .contains("quantize with reduceRange: Always");
  }

  @Test
  void onlyWhatHasAnIntegerKernelIsAdvisedToBeQuantized() {
    assertThat(Advisor.advise(facts(upsampling(false)), VNNI))
        .extracting(Advice::step)
        .containsExactly("prune with structure: Channel, roundTo: 16, then fineTune");
  }

  @Test
  void onlyNormalizationsBehindALayerCanBeFolded() {
    assertThat(facts(upsampling(false)).foldableNorms()).isZero();
    assertThat(facts(upsampling(true)).foldableNorms()).isEqualTo(1);
  }

  private static ModelFacts facts(Model model) {
    return Analysis.of(model, 1, Optional.empty(), SETTINGS, Progress.NONE);
  }

  /** A normalization of the input, a ConvTranspose, and perhaps a normalization behind it. */
  private static Model upsampling(boolean normalized) {
    var graph = new Graph("up");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, -1, 16, 8, 8));
    for (String parameter : List.of("scale", "shift", "mean", "variance")) {
      var ones = new float[16];
      Arrays.fill(ones, 1);
      graph.setInitializer(parameter, Tensor.floats(new long[] {16}, ones));
    }
    var weights = new float[1024];
    Arrays.fill(weights, 0.5f);
    graph.setInitializer("w", Tensor.floats(new long[] {16, 16, 2, 2}, weights));
    norm(graph, "x", "a");
    graph.add(Node.of("ConvTranspose", "up", List.of("a", "w"), List.of("b")));
    if (normalized) {
      norm(graph, "b", "c");
    }
    graph.addOutput(ValueInfo.untyped(normalized ? "c" : "b"));
    return new Model(graph, 8, 17);
  }

  private static void norm(Graph graph, String input, String output) {
    graph.add(
        Node.of(
            "BatchNormalization",
            "norm_" + output,
            List.of(input, "scale", "shift", "mean", "variance"),
            List.of(output)));
  }

  @Test
  void sparseWeightsAreSeen() {
    var model = Models.resnet8();
    model
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.rank() == 4) {
                var zeros = new float[(int) tensor.elementCount()];
                model.graph().setInitializer(name, Tensor.floats(tensor.shape(), zeros));
              }
            });
    var facts = Analysis.of(model, 1, Optional.empty(), SETTINGS, Progress.NONE);
    assertThat(facts.sparsity()).isCloseTo(1, within(0.01));
    assertThat(Advisor.advise(facts, VNNI))
        .extracting(Advice::step)
        .contains("prune with structure: Channel");
  }

  @Test
  void flagsOfTheCpu() {
    var cpu = Cpu.parse("model name\t: Some CPU\nflags\t\t: fpu avx2 avx_vnni\n", 4);
    assertThat(cpu.name()).isEqualTo("Some CPU");
    assertThat(cpu.sumsInt8Exactly()).isTrue();
    assertThat(AVX2.sumsInt8Exactly()).isFalse();
  }
}
