package dev.modelcompression.runtime.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.runtime.Models;
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
