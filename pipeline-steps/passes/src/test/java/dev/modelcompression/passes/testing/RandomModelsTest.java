package dev.modelcompression.passes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RandomModelsTest {
  @Provide
  Arbitrary<Long> seeds() {
    return RandomModels.seeds();
  }

  @Property(tries = 40)
  void everyModelRuns(@ForAll("seeds") long seed) {
    var model = RandomModels.convNet(seed);

    var outputs = OrtRunner.run(model, RandomModels.input(model, 2, seed));

    assertThat(outputs.get(RandomModels.OUTPUT)).isNotNull();
    assertThat(OnnxWriter.toBytes(RandomModels.convNet(seed))).isEqualTo(OnnxWriter.toBytes(model));
  }

  @Test
  void modelsCoverTheOperatorsOfConvolutionalNets() {
    var operators = new TreeSet<String>();
    for (long seed = 0; seed < 60; seed++) {
      RandomModels.convNet(seed).graph().nodes().stream().map(Node::opType).forEach(operators::add);
    }
    assertThat(operators)
        .containsExactly(
            "Add",
            "AveragePool",
            "BatchNormalization",
            "Clip",
            "Concat",
            "Conv",
            "Flatten",
            "Gemm",
            "GlobalAveragePool",
            "LeakyRelu",
            "MatMul",
            "MaxPool",
            "Relu",
            "Reshape");
  }
}
