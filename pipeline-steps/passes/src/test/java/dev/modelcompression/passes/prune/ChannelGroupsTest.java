package dev.modelcompression.passes.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.testing.ModelBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which channels belong together, and what may not be touched, each by name. */
class ChannelGroupsTest {
  private final ModelBuilder builder = new ModelBuilder(17, 1);
  private final String input = builder.input("input", 1, 3, 8, 8);

  @Test
  void residualAdditionMakesOneGroupOfBothSides() {
    var stem = conv(input, 3, 8);
    var inner = conv(stem, 8, 6);
    var sum = builder.op("Add", conv(inner, 6, 8), stem);
    assertThat(groups(conv(sum, 8, 2)))
        .extracting(ChannelGroup::channels, group -> group.producers().size())
        .map(tuple -> tuple.toList().toString())
        .containsExactly("[8, 2]", "[6, 1]", "[2, 1]");
  }

  @Test
  void partsOfAConcatenationStayApart() {
    var joined = builder.node("Concat", conv(input, 3, 8), conv(input, 3, 4));
    joined.setAttribute("axis", 1);
    var groups = groups(conv(joined.output(), 12, 2));
    assertThat(groups).extracting(ChannelGroup::channels).containsExactly(8, 4, 2);
    var readers = groups.get(1).members().get(groups.get(1).members().size() - 1);
    assertThat(readers.role()).isEqualTo(AxisRole.INPUT);
    assertThat(readers.indices()).containsExactly(at(8), at(9), at(10), at(11));
  }

  @Test
  void everyPartOfASplitKeepsAChannelOfItsOwn() {
    var split = Node.of("Split", "split", List.of(conv(input, 3, 8)), List.of("left", "right"));
    split.setInput(1, builder.constant(Tensor.vector(3L, 5L)));
    split.setAttribute("axis", 1);
    builder.graph().add(split);
    var joined = builder.node("Concat", builder.op("Relu", "left"), builder.op("Exp", "right"));
    joined.setAttribute("axis", 1);
    assertThat(groups(conv(joined.output(), 8, 2)))
        .extracting(ChannelGroup::channels)
        .containsExactly(3, 5, 2);
  }

  @Test
  void flattenGivesEachChannelAllItsPlacesInTheMatrix() {
    var flat = builder.op("Flatten", conv(input, 3, 4));
    var product = builder.op("MatMul", flat, builder.normal(1, 4 * 64, 5));
    var reader = groups(product).get(0).members().get(1);
    assertThat(reader.axis()).isZero();
    assertThat(reader.indices().get(2)).hasSize(64).startsWith(128).endsWith(191);
  }

  @Test
  void groupedConvolutionLosesOneChannelOfEachGroup() {
    var grouped = builder.conv(conv(input, 3, 8), 8, 12, 3, 1, 4, false).output();
    var groups = groups(conv(grouped, 12, 2));
    assertThat(groups)
        .extracting(ChannelGroup::channels, ChannelGroup::width)
        .map(tuple -> tuple.toList().toString())
        .containsExactly("[2, 4]", "[3, 4]", "[2, 1]");
  }

  @Test
  void unknownOperatorPinsWhatReachesItAndWhatItMeets() {
    var before = conv(input, 3, 8);
    var custom = custom(before, 8);
    var after = builder.op("Add", conv(custom, 8, 6), custom(custom, 6));
    var groups = groups(conv(after, 6, 2));
    assertThat(groups.get(0).blockedBy())
        .contains("operator com.acme.Whirl of node 'whirl' is not known to channel pruning");
    assertThat(groups.get(1).blockedBy().orElseThrow())
        .contains("(Add)")
        .contains("operator com.acme.Whirl of node 'whirl'");
  }

  @Test
  void nothingToPruneNamesTheOperatorThatForbidsIt() {
    var model = model(custom(conv(input, 3, 8), 8));
    var groups = ChannelGroups.of(model, ShapeInference.infer(model, Map.of()));
    assertThatThrownBy(
            () -> PrunePlanner.plan(model, groups, Map.of(), ChannelPruneSettings.ofMacs(0.5)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "no channel can be pruned: 'conv' is pinned: operator com.acme.Whirl of node 'whirl' is"
                + " not known to channel pruning");
  }

  /**
   * Over [N, H, W, C] and axis 1, it was a softmax over H, W and C together; since, over H alone.
   */
  @ParameterizedTest
  @ValueSource(longs = {11, 13})
  void softmaxBeforeOpset13MixesTheChannelsBehindItsAxis(long opset) {
    var old = new ModelBuilder(opset, 1);
    var first = old.conv(old.input("input", 1, 3, 8, 8), 3, 8, 3, 1, 1, false).output();
    var last = old.node("Transpose", first);
    last.setAttribute("perm", new long[] {0, 2, 3, 1});
    var softmax = old.node("Softmax", last.output());
    softmax.setAttribute("axis", 1);
    var back = old.node("Transpose", softmax.output());
    back.setAttribute("perm", new long[] {0, 3, 1, 2});
    var model = old.build(old.conv(back.output(), 8, 2, 3, 1, 1, false).output());
    var group = ChannelGroups.of(model, ShapeInference.infer(model, Map.of())).groups().get(0);
    assertThat(group.channels()).isEqualTo(8);
    assertThat(group.prunable()).isEqualTo(opset == 13);
    if (opset == 11) {
      assertThat(group.blockedBy().orElseThrow()).contains("(Softmax) mixes the channels");
    }
  }

  static Stream<Arguments> operatorsThatPin() {
    return Stream.of(
        pins("LRN", node -> node.setAttribute("size", 3), "(LRN) mixes the channels"),
        pins("Softmax", node -> node.setAttribute("axis", 1), "(Softmax) mixes the channels"),
        pins("LpNormalization", node -> node.setAttribute("axis", 1), "mixes the channels"),
        pins(
            "ReduceMax", node -> node.setAttribute("axes", new long[] {1, 2}), "reduces this axis"),
        pins("ReduceMax", node -> {}, "reduces this axis"),
        pins("DepthToSpace", node -> node.setAttribute("blocksize", 2), "is not known"));
  }

  @ParameterizedTest
  @MethodSource("operatorsThatPin")
  void operatorThatMixesChannelsPinsThem(
      String operator, Consumer<Node> attributes, String reason) {
    var node = builder.node(operator, conv(input, 3, 8));
    attributes.accept(node);
    assertThat(groups(node.output()).get(0).blockedBy().orElseThrow()).contains(reason);
  }

  @Test
  void paddedOrSteppedChannelsArePinned() {
    var pads = builder.constant(Tensor.vector(0L, 1, 0, 0, 0, 0, 0, 0));
    var padded = builder.op("Pad", conv(input, 3, 8), pads);
    var ends = builder.constant(Tensor.vector(8L));
    var one = builder.constant(Tensor.vector(1L));
    var two = builder.constant(Tensor.vector(2L));
    var stepped = builder.op("Slice", conv(input, 3, 8), one, ends, one, two);
    assertThat(groups(builder.op("Flatten", padded)).get(0).blockedBy().orElseThrow())
        .contains("(Pad) pads this axis");
    assertThat(groups(builder.op("Flatten", stepped)).get(1).blockedBy().orElseThrow())
        .contains("(Slice) takes it in steps");
  }

  private static Arguments pins(String operator, Consumer<Node> attributes, String reason) {
    return Arguments.of(operator, attributes, reason);
  }

  @Test
  void valueReadByASubgraphOrGivenAsOutputIsPinned() {
    var shown = conv(input, 3, 8);
    var model = model(conv(shown, 8, 2));
    model.graph().addOutput(ValueInfo.untyped(shown));
    assertThat(ChannelGroups.of(model, ShapeInference.infer(model, Map.of())).groups().get(0))
        .extracting(group -> group.blockedBy().orElse(""))
        .isEqualTo("it is the graph output '" + shown + "'");
  }

  @Test
  void lengthThatIsReadPinsTheChannelsAndBatchSizeDoesNot() {
    var x = conv(input, 3, 8);
    var shape = builder.op("Shape", x);
    var batch = builder.op("Gather", shape, builder.constant(Tensor.vector(0L)));
    var target = builder.node("Concat", batch, builder.constant(Tensor.vector(-1L)));
    target.setAttribute("axis", 0);
    var flat = builder.op("Reshape", x, target.output());
    assertThat(groups(builder.op("MatMul", flat, builder.normal(1, 512, 2))).get(0).prunable())
        .isTrue();
  }

  @Test
  void computedTargetShapeThatNamesTheChannelsPinsThem() {
    var x = conv(input, 3, 8);
    var batch = builder.op("Gather", builder.op("Shape", x), builder.constant(Tensor.vector(0L)));
    var target = builder.node("Concat", batch, builder.constant(Tensor.vector(8L, 64L)));
    target.setAttribute("axis", 0);
    var grid = builder.op("Reshape", x, target.output());
    var summed = builder.op("MatMul", grid, builder.normal(1, 64, 2));
    assertThat(groups(summed).get(0).blockedBy().orElseThrow())
        .contains("has a target shape that is computed");
  }

  @Test
  void tiedWeightsArePrunedAlike() {
    var weight = builder.normal(1, 8, 8, 3, 3);
    var alias = builder.op("Identity", weight);
    var first = builder.conv(conv(input, 3, 8), 8, 8, 3, 1, 1, false);
    var second = builder.conv(first.output(), 8, 8, 3, 1, 1, false);
    first.setInput(1, weight);
    second.setInput(1, alias);
    assertThat(groups(conv(second.output(), 8, 2)))
        .extracting(ChannelGroup::channels)
        .containsExactly(8, 2);
  }

  @Test
  void quantizedModelIsRefused() {
    var scale = builder.constant(Tensor.scalar(0.1f));
    var model = model(builder.op("QuantizeLinear", conv(input, 3, 8), scale));
    assertThatThrownBy(() -> ChannelGroups.of(model, ShapeInference.infer(model, Map.of())))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("prune the float model first");
  }

  private List<ChannelGroup> groups(String output) {
    var model = model(output);
    return ChannelGroups.of(model, ShapeInference.infer(model, Map.of())).groups();
  }

  private Model model(String output) {
    var model = builder.build(output);
    model.setOpset("com.acme", 1);
    return model;
  }

  private String conv(String x, int in, int out) {
    return builder.conv(x, in, out, 3, 1, 1, false).output();
  }

  private String custom(String x, int channels) {
    String output = builder.graph().freshName("whirled");
    builder.graph().add(Node.of("com.acme", "Whirl", "whirl", List.of(x), List.of(output)));
    builder
        .graph()
        .putValueInfo(
            ValueInfo.tensor(output, dev.modelcompression.onnx.DataType.FLOAT, 1, channels, 8, 8));
    return output;
  }

  private static int[] at(int place) {
    return new int[] {place};
  }
}
