package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.ModelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The numbers and reasons that a user reads are those of output channels, in every layout. */
class LayerChangeTest {
  private static final String GROUP = "the lowest, with \\d+\\.\\d % of the group's importance";

  @Test
  void everyLayoutOfAWeightTellsItsOutputChannels() {
    var net = new ModelBuilder(17, 1);
    var x = net.input("x", 1, 8);
    var plain = net.node("Gemm", x, net.normal(1, 8, 32)).output();
    var transposed = net.node("Gemm", net.op("Relu", plain), net.normal(1, 16, 32));
    transposed.setAttribute("transB", 1L);
    var product = net.op("MatMul", net.op("Relu", transposed.output()), net.normal(1, 16, 24));
    var model = net.build(net.op("MatMul", net.op("Relu", product), net.normal(1, 24, 4)));

    assertThat(halved(model, Map.of("x", new long[] {1, 8})))
        .extracting(LayerChange::channelsBefore, LayerChange::channelsAfter)
        .containsExactly(tuple(32, 16), tuple(16, 8), tuple(24, 12), tuple(4, 4));
  }

  @Test
  void convolutionsOfEveryKindTellTheirOutputChannels() {
    var net = new ModelBuilder(17, 2);
    var x = net.input("x", 1, 3, 8, 8);
    var first = net.conv(x, 3, 64, 3, 1, 1, true).output();
    var grouped = net.conv(net.op("Relu", first), 64, 32, 3, 1, 4, true).output();
    var up = net.node("ConvTranspose", net.op("Relu", grouped), net.normal(1, 32, 16, 2, 2));
    var last = net.conv(net.op("Relu", up.output()), 16, 4, 1, 1, 1, true).output();

    var layers = halved(net.build(last), Map.of("x", new long[] {1, 3, 8, 8}));
    assertThat(layers)
        .extracting(LayerChange::channelsBefore, LayerChange::channelsAfter)
        .containsExactly(tuple(64, 32), tuple(32, 16), tuple(16, 8), tuple(4, 4));
    assertThat(layers)
        .extracting(LayerChange::reason)
        .satisfiesExactly(
            reason -> assertThat(reason).matches("removed 32 of 64, " + GROUP),
            reason -> assertThat(reason).matches("removed 16 of 32, " + GROUP),
            reason -> assertThat(reason).matches("removed 8 of 16, " + GROUP),
            reason -> assertThat(reason).contains("graph output"));
  }

  @Test
  void aLayerWhoseOutputIsSplitTellsItsWholeOutput() {
    var net = new ModelBuilder(17, 3);
    var x = net.input("x", 1, 3, 8, 8);
    var first = net.conv(x, 3, 64, 3, 1, 1, true).output();
    var sizes = net.constant(Tensor.longs(new long[] {2}, 32, 32));
    var split = Node.of("Split", "split", List.of(first, sizes), List.of("left", "right"));
    split.setAttribute("axis", 1L);
    net.graph().add(split);
    var left = net.conv("left", 32, 4, 1, 1, 1, true).output();
    var right = net.conv("right", 32, 4, 1, 1, 1, true).output();
    var model = net.build(net.op("Add", left, right));

    assertThat(pruned(model, Map.of("x", new long[] {1, 3, 8, 8}), 1))
        .filteredOn(layer -> layer.channelsBefore() == 64)
        .singleElement()
        .satisfies(
            layer -> {
              assertThat(layer.channelsAfter()).isEqualTo(48);
              assertThat(layer.reason())
                  .isEqualTo("removed 16 of 64, the lowest in 1 of its 2 parts");
            });
  }

  private static List<LayerChange> halved(Model model, Map<String, long[]> shapes) {
    return pruned(model, shapes, Integer.MAX_VALUE);
  }

  /** Halves the first groups that can be. */
  private static List<LayerChange> pruned(Model model, Map<String, long[]> shapes, int most) {
    var groups = ChannelGroups.of(model, ShapeInference.infer(model, shapes));
    var decisions = new ArrayList<PrunePlan.Decision>();
    int left = most;
    for (var group : groups.groups()) {
      boolean halve = group.prunable() && left-- > 0;
      int kept = halve ? group.channels() / 2 : group.channels();
      decisions.add(
          new PrunePlan.Decision(
              group.id(),
              group.channels(),
              IntStream.range(0, kept).toArray(),
              halve
                  ? "the lowest, with 0.0 % of the group's importance"
                  : group.blockedBy().orElse("matters more than what was removed elsewhere")));
    }
    return new ChannelPrunePass(new PrunePlan(decisions, 0.5, 0, 0, 0), shapes)
        .prune(model)
        .layers();
  }
}
