package dev.modelcompression.runtime.audit;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.onnx.CostModel;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ModelCost;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.TemporaryFolder;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.runtime.session.SessionSettings.Optimization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What ONNX Runtime makes of a quantized model: it is loaded, the graph after fusion is read back,
 * and each node that computes is looked up in it.
 *
 * @param nodes every matrix product, convolution and recurrent layer of the main graph, and every
 *     other arithmetic node that is fed quantized values, in execution order
 * @param macs multiply–accumulate operations of the whole model for one sample; absent when those
 *     of any node are unknown, as with free dimensions or subgraphs
 * @param outOfReach recurrent layers and subgraphs that compute in float, one line each
 * @param executedOperators how often each operator occurs after fusion; those of other domains as
 *     {@code domain:Name}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FusionAudit(
    List<AuditedNode> nodes,
    @Nullable Long macs,
    List<String> outOfReach,
    SortedMap<String, Integer> executedOperators) {
  private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

  private static final Set<String> HEAVY =
      Set.of(
          "LSTM",
          "GRU",
          "RNN",
          "Einsum",
          "Conv",
          "ConvTranspose",
          "DeformConv",
          "Gemm",
          "MatMul",
          "ConvInteger",
          "MatMulInteger",
          "QLinearConv",
          "QLinearMatMul",
          "MatMulNBits",
          "MatMulBnb4");

  /** Operators that move numbers but compute nothing. */
  private static final Set<String> MOVES =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "Identity",
          "Cast",
          "Reshape",
          "Flatten",
          "Transpose",
          "Squeeze",
          "Unsqueeze",
          "Slice",
          "Gather",
          "Expand",
          "Tile",
          "MaxPool",
          // Absorbed by the node before, if that one runs in integers.
          "Relu",
          "Clip");

  private static final Set<String> INTEGER =
      Set.of(
          "QGemm",
          "QAttention",
          "ConvInteger",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "DynamicQuantizeMatMul",
          "DynamicQuantizeLSTM",
          "MatMulNBits");

  /**
   * Audits a model with the fusions that every CPU of this kind applies.
   *
   * @throws InvalidModelException ONNX Runtime does not accept the model
   * @throws dev.modelcompression.onnx.UnsupportedModelException it lacks an operator
   */
  public static FusionAudit of(Model model) {
    var named = model.copy();
    named.graph().nodes().forEach(node -> node.setName(node.label()));
    var fused = fused(named).graph();
    var executed = new TreeMap<String, Integer>();
    var byName = new LinkedHashMap<String, Node>();
    for (Node node : fused.nodes()) {
      executed.merge(qualified(node), 1, Integer::sum);
      byName.put(node.name(), node);
    }
    var cost = cost(named);
    var macs = cost.map(FusionAudit::macsByNode).orElse(Map.of());
    var nodes = new ArrayList<AuditedNode>();
    for (Node node : named.graph().nodes()) {
      boolean quantized = isQuantized(named.graph(), node);
      if (HEAVY.contains(node.opType()) || (quantized && !MOVES.contains(node.opType()))) {
        nodes.add(audited(named.graph(), node, quantized, fused, byName, macs.get(node.name())));
      }
    }
    Long all = cost.filter(c -> c.notCounted().isEmpty()).map(ModelCost::macs).orElse(null);
    return new FusionAudit(List.copyOf(nodes), all, outOfReach(named.graph(), nodes), executed);
  }

  /** Nodes that were meant to run in integers and do not. */
  @JsonIgnore
  public List<AuditedNode> notFused() {
    return nodes.stream().filter(node -> node.quantizedInput() && !node.integer()).toList();
  }

  /**
   * Share of the model's multiply–accumulate operations that run in integers; empty when those of
   * any node are unknown, because a share of the others says nothing about the model.
   */
  @JsonIgnore
  public OptionalDouble integerMacShare() {
    long integer = sumOfMacs(nodes.stream().filter(AuditedNode::integer).toList());
    return macs == null || macs == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, (double) integer / macs));
  }

  private static List<String> outOfReach(Graph graph, List<AuditedNode> nodes) {
    var lines = new ArrayList<String>();
    nodes.stream()
        .filter(node -> RECURRENT.contains(node.opType()) && !node.integer())
        .forEach(
            node ->
                lines.add(
                    node.opType()
                        + " '"
                        + node.name()
                        + "' stays float: recurrent layers are not quantized"));
    graph.nodes().stream()
        .filter(Node::hasSubgraph)
        .forEach(
            node ->
                lines.add(
                    node.opType()
                        + " '"
                        + node.label()
                        + "' stays float: what its subgraphs compute is not quantized"));
    return lines;
  }

  private static long sumOfMacs(List<AuditedNode> nodes) {
    long sum = 0;
    for (var node : nodes) {
      Long macs = node.macs();
      sum += macs == null ? 0 : macs;
    }
    return sum;
  }

  private static AuditedNode audited(
      Graph graph,
      Node node,
      boolean quantized,
      Graph fused,
      Map<String, Node> byName,
      @Nullable Long macs) {
    var executed =
        Optional.ofNullable(byName.get(node.name())).or(() -> producerOf(graph, node, fused));
    String executedAs = executed.map(Node::opType).orElse("(folded away)");
    boolean integer = executed.filter(FusionAudit::isInteger).isPresent();
    String reason = quantized && !integer ? FloatReason.of(graph, node) : null;
    return new AuditedNode(
        node.name(), node.opType(), executedAs, integer, quantized, macs, reason);
  }

  private static boolean isInteger(Node node) {
    return node.opType().startsWith("QLinear") || INTEGER.contains(node.opType());
  }

  private static boolean isQuantized(Graph graph, Node node) {
    return node.inputs().stream()
        .filter(input -> graph.constant(input).isEmpty())
        .flatMap(input -> graph.producer(input).stream())
        .anyMatch(producer -> producer.is("DequantizeLinear"));
  }

  /**
   * The executed node that computes what the node computes, or what its only readers make of it.
   */
  private static Optional<Node> producerOf(Graph graph, Node node, Graph fused) {
    Optional<Node> current = Optional.of(node);
    while (current.isPresent()) {
      var found = current.get().outputs().stream().flatMap(o -> fused.producer(o).stream());
      var first = found.findFirst();
      if (first.isPresent()) {
        return first;
      }
      current = graph.soleConsumer(current.get().output());
    }
    return Optional.empty();
  }

  private static Model fused(Model model) {
    try (var folder = new TemporaryFolder()) {
      Path file = folder.file("fused.onnx");
      var settings =
          SessionSettings.threads(1).with(Optimization.EXTENDED).withOptimizedModel(file);
      write(model, settings, folder);
      var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return OnnxReader.read(bytes, "the model after fusion", ExternalData.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the model that ONNX Runtime wrote", e);
    }
  }

  /** ONNX Runtime writes the model while it opens it, and blames the model when it cannot. */
  private static void write(Model model, SessionSettings settings, TemporaryFolder folder) {
    var bytes = OnnxWriter.toBytes(model);
    try {
      OrtModels.open(bytes, model.graph().name(), settings).close();
    } catch (InvalidModelException | UnsupportedModelException e) {
      folder.requireRoom(bytes.length);
      throw e;
    }
  }

  /** Cost for one sample; empty when shapes cannot be inferred. */
  private static Optional<ModelCost> cost(Model model) {
    try {
      return Optional.of(CostModel.ofOneSample(model));
    } catch (InvalidModelException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Long> macsByNode(ModelCost cost) {
    var macs = new LinkedHashMap<String, Long>();
    for (var node : cost.nodes()) {
      node.macs().ifPresent(count -> macs.put(node.name(), count));
    }
    return macs;
  }

  private static String qualified(Node node) {
    return node.domain().isEmpty() ? node.opType() : node.domain() + ":" + node.opType();
  }
}
