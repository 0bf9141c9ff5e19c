package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.onnx.CostModel;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.OrtRunner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The trained network of the example: three stages of 32, 64 and 128 channels. */
class ResNetPruneTest {
  private static final Map<String, long[]> ONE_IMAGE = Map.of("input", new long[] {1, 1, 28, 28});
  private static final Map<String, Tensor> IMAGES = images();

  @Test
  void everyStageIsATrunkAndAnInnerLayerAndTheLogitsStay() throws IOException {
    var groups = groups(resnet());
    assertThat(groups.groups())
        .extracting(ChannelGroup::id, ChannelGroup::channels, ChannelGroup::prunable)
        .map(tuple -> tuple.toList().toString())
        .containsExactly(
            "[/stem/Conv, 32, true]",
            "[/layers/layers.0/conv1/Conv, 32, true]",
            "[/layers/layers.1/conv1/Conv, 64, true]",
            "[/layers/layers.1/conv2/Conv, 64, true]",
            "[/layers/layers.2/conv1/Conv, 128, true]",
            "[/layers/layers.2/conv2/Conv, 128, true]",
            "[/fc/Gemm, 10, false]");
    assertThat(groups.groups().get(6).blockedBy()).contains("it is the graph output 'logits'");
  }

  @Test
  void halfOfTheMacsGoInBlocksOf16AndTheRestComputesTheSame() throws IOException {
    var model = resnet();
    var groups = groups(model);
    var scores = ChannelImportance.scores(model, groups, Importance.L2);
    var plan = PrunePlanner.plan(model, groups, scores, ChannelPruneSettings.ofMacs(0.5));
    assertThat(plan.removedMacs()).isCloseTo(0.5, within(0.03));
    assertThat(plan.kept().values()).isNotEmpty().allMatch(kept -> kept.length % 16 == 0);

    var pruned = model.copy();
    var result = new ChannelPrunePass(plan, ONE_IMAGE).prune(pruned);
    assertThat(1 - result.macsAfter() / result.macsBefore()).isEqualTo(plan.removedMacs());
    assertThat((long) result.macsBefore()).isEqualTo(macs(model));
    assertThat((long) result.macsAfter()).isEqualTo(macs(pruned));
    assertThat(OrtRunner.run(pruned, IMAGES)).containsKey("logits");
    assertThat(groups(pruned).groups())
        .extracting(ChannelGroup::channels)
        .isEqualTo(plan.decisions().stream().map(PrunePlan.Decision::after).toList());
  }

  @Test
  void randomChannelsWithoutReadersCanGo() throws IOException {
    for (long seed = 0; seed < 5; seed++) {
      ChannelPruneEquivalenceTest.checkEquivalent(resnet(), ONE_IMAGE, IMAGES, seed);
    }
  }

  private static long macs(Model model) {
    return CostModel.of(model, ShapeInference.infer(model, ONE_IMAGE)).macs();
  }

  private static ChannelGroups groups(Model model) {
    return ChannelGroups.of(model, ShapeInference.infer(model, ONE_IMAGE));
  }

  private static Model resnet() throws IOException {
    var file = Path.of("../../examples/fashion-mnist/resnet8.onnx");
    return OnnxReader.read(ByteBuffer.wrap(Files.readAllBytes(file)), "resnet8", ExternalData.NONE);
  }

  private static Map<String, Tensor> images() {
    var random = new Random(3);
    var values = new float[4 * 28 * 28];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("input", Tensor.floats(new long[] {4, 1, 28, 28}, values));
  }
}
