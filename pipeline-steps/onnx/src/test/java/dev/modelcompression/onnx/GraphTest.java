package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GraphTest {
  @Property(tries = 200)
  void theIndexStaysRightUnderAnyEdits(@ForAll long seed) {
    var random = new Random(seed);
    var graph = TestModels.read(RandomModels.of(seed).toByteArray()).graph();
    for (int i = 0; i < 30 && !graph.nodes().isEmpty(); i++) {
      edit(graph, random);
    }
    checkIndex(graph);
  }

  private static void edit(Graph graph, Random random) {
    var node = graph.nodes().get(random.nextInt(graph.nodes().size()));
    var values = values(graph);
    var value = values.get(random.nextInt(values.size()));
    switch (random.nextInt(9)) {
      case 0 -> graph.remove(node);
      case 1 -> graph.add(node("New", List.of(value, value), graph.freshName("new")));
      case 2 -> graph.insertBefore(node, node("New", List.of(value), graph.freshName("new")));
      case 3 -> node.setInput(random.nextInt(5), value);
      case 4 -> node.truncateInputs(random.nextInt(3));
      case 5 -> node.setOutput(random.nextInt(3), graph.freshName("out"));
      case 6 -> {
        if (!graph.isCaptured(value)) {
          graph.replaceUses(value, graph.freshName("other"));
        }
      }
      case 7 -> node.attributeNames().stream().findAny().ifPresent(node::removeAttribute);
      default -> graph.insertAfter(node, node.copy()).setOutput(0, graph.freshName("copy"));
    }
  }

  private static List<String> values(Graph graph) {
    var values = new ArrayList<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> values.add(input.name()));
    graph.nodes().forEach(node -> values.addAll(node.outputs()));
    values.removeIf(String::isEmpty);
    return values;
  }

  /** Producers and readers as a fresh look at all nodes finds them. */
  private static void checkIndex(Graph graph) {
    var readers = new HashMap<String, Set<Node>>();
    for (Node node : graph.nodes()) {
      var reads = new LinkedHashSet<>(node.inputs());
      reads.addAll(new Node(node.proto()).captures());
      reads.forEach(value -> readers.computeIfAbsent(value, v -> new LinkedHashSet<>()).add(node));
    }
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        if (!output.isEmpty()) {
          var producers = graph.nodes().stream().filter(n -> n.outputs().contains(output)).toList();
          assertThat(graph.producer(output)).get().isIn(producers);
        }
      }
    }
    for (String value : values(graph)) {
      assertThat(graph.consumers(value))
          .as(value)
          .containsExactlyInAnyOrderElementsOf(readers.getOrDefault(value, Set.of()));
    }
  }

  @Test
  void aReplacementMayBeAddedBeforeTheOldNodeGoes() {
    var model = TestModels.of(new long[] {1}, List.of("y"), node("Relu", List.of("x"), "y"));
    var graph = model.graph();
    var old = graph.nodes().get(0);
    var fresh = graph.insertAfter(old, node("Sigmoid", List.of("x"), "y"));
    graph.remove(old);
    assertThat(graph.producer("y")).containsSame(fresh);
    assertThat(graph.consumers("x")).containsExactly(fresh);
  }

  @Test
  void subgraphsCaptureOuterValuesInAnyOrderAndDepth() {
    var inner =
        GraphProto.newBuilder()
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Add")
                    .addInput("late")
                    .addInput("x")
                    .addOutput("i"));
    var body =
        GraphProto.newBuilder()
            .addInput(ValueInfoProto.newBuilder().setName("own"))
            .addNode(SubgraphModels.holding("", inner.build()))
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("own").addOutput("late"))
            .addOutput(ValueInfoProto.newBuilder().setName("h"))
            .build();
    var model =
        TestModels.of(
            new long[] {1},
            List.of("y"),
            node("Relu", List.of("x"), "h"),
            node("Relu", List.of("h"), "y"));
    var graph = model.graph();
    var holder = graph.add(new Node(SubgraphModels.holding("holder", body)));

    assertThat(holder.captures()).containsExactlyInAnyOrder("x", "h");
    assertThat(graph.isCaptured("h")).isTrue();
    assertThat(graph.isCaptured("y")).isFalse();
    assertThat(graph.consumers("h")).contains(holder);
    assertThat(graph.soleConsumer("h")).isEmpty();
    assertThat(graph.freshName("late")).as("taken inside").isNotEqualTo("late");
    assertThatThrownBy(() -> graph.replaceUses("h", "z"))
        .isInstanceOf(UnsupportedModelException.class);

    holder.removeAttribute("body");
    assertThat(graph.isCaptured("h")).isFalse();
    assertThat(graph.soleConsumer("h")).isPresent();
  }

  @Test
  void ancestorsGoThroughCaptures() {
    var body = GraphProto.newBuilder().addOutput(ValueInfoProto.newBuilder().setName("h")).build();
    var holder = SubgraphModels.holding("holder", body).toBuilder().addOutput("z").build();
    var model =
        TestModels.of(
            new long[] {1},
            List.of("y"),
            node("Relu", List.of("x"), "h"),
            node("Relu", List.of("x"), "unrelated"),
            new Node(holder),
            node("Relu", List.of("z"), "y"));
    assertThat(model.graph().ancestors("y"))
        .extracting(Node::output)
        .containsExactly("y", "z", "h");
  }

  @Test
  void sortingKeepsTheOrderWhereItCan() {
    var model =
        TestModels.of(
            new long[] {1},
            List.of("d"),
            node("Relu", List.of("c"), "d"),
            node("Relu", List.of("x"), "a"),
            node("Relu", List.of("x"), "b"),
            node("Add", List.of("a", "b"), "c"));
    model.graph().sort();
    assertThat(model.graph().nodes()).extracting(Node::output).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aConstantThatACallerMayOverrideIsNone() {
    var model = TestModels.of(new long[] {1}, List.of("y"), node("Relu", List.of("x"), "y"));
    var graph = model.graph();
    graph.setInitializer("c", Tensor.scalar(3));
    assertThat(graph.constant("c")).isPresent();
    graph.addInput(ValueInfo.tensor("c", DataType.FLOAT));
    assertThat(graph.constant("c")).isEmpty();
    assertThat(graph.requiredInputs()).extracting(ValueInfo::name).containsExactly("x");
    graph.removeInput("c");
    assertThat(graph.constant("c")).isPresent();
  }

  @Test
  void anExternalTensorSurvivesBecomingAnAttribute() {
    var bytes = Tensor.vector(1f, 2f).rawBytes();
    var header = Tensor.vector(1f, 2f).proto().toBuilder().clearRawData().build();
    var constant = Node.of("Constant", "", List.of(), List.of("c"));
    constant.setAttribute("value", new Tensor(header, bytes));
    assertThat(constant.tensorAttribute("value").orElseThrow().floats()).containsExactly(1, 2);
  }
}
