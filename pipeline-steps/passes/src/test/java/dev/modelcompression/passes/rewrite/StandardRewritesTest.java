package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.passes.PassResult;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.testing.ExampleModel;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import dev.modelcompression.passes.testing.RandomModels;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StandardRewritesTest {
  /** Weights are rounded to float32 once more, in up to ten layers: 1e-4 of the largest output. */
  private static final double TOLERANCE = 1e-4;

  @Provide
  Arbitrary<Long> seeds() {
    return RandomModels.seeds();
  }

  @Property(tries = 60)
  void outputsOfGeneratedNetsStay(
      @ForAll("seeds") long seed, @ForAll @IntRange(min = 11, max = 22) int opset) {
    var model = RandomModels.convNet(seed, opset);
    var rewritten = rewritten(model);

    assertThat(rewritten.graph().nodes("BatchNormalization")).isEmpty();
    var input = RandomModels.input(model, 3, seed);
    Numbers.assertClose(OrtRunner.run(rewritten, input), OrtRunner.run(model, input), TOLERANCE);
  }

  @Property(tries = 20)
  void secondRunFindsNothing(@ForAll("seeds") long seed) {
    var rewritten = rewritten(RandomModels.convNet(seed));
    var bytes = OnnxWriter.toBytes(rewritten);

    var again = rewrite(rewritten);

    assertThat(again).allMatch(result -> result.changes() == 0);
    assertThat(OnnxWriter.toBytes(rewritten)).isEqualTo(bytes);
  }

  @Test
  void exampleIsLeftWithTheOperatorsThatCompute() {
    var model = ExampleModel.read();
    var rewritten = rewritten(model);

    assertThat(
            rewritten.graph().nodes().stream()
                .collect(Collectors.groupingBy(Node::opType, Collectors.counting())))
        .containsOnlyKeys("Conv", "Relu", "Add", "GlobalAveragePool", "Flatten", "Gemm")
        .containsEntry("Conv", 9L);
    assertThat(rewritten.graph().initializers()).hasSize(20);
    assertThat(rewritten.graph().outputs().get(0).name()).isEqualTo("logits");
    var images = ExampleModel.images("test", 0, 64);
    Numbers.assertClose(OrtRunner.run(rewritten, images), OrtRunner.run(model, images), 1e-5);
  }

  private static Model rewritten(Model model) {
    var copy = model.copy();
    rewrite(copy);
    return copy;
  }

  private static List<PassResult> rewrite(Model model) {
    return PassRunner.toFixpoint(model, StandardRewrites.all(new OrtConstantEvaluator()));
  }
}
