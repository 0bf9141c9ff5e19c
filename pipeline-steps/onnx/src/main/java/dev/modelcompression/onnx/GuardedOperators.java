package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Operators whose native inference crashes, instead of complaining, when the ranks of their inputs
 * do not fit (found by running it on random nodes of every operator), and nodes that could make it
 * write shapes without end, see {@link RankGuard}. They are hidden from it until their inputs are
 * known to fit.
 */
final class GuardedOperators {
  private static final String HIDDEN = "hidden.from.inference";
  private static final Set<String> NAMES = Set.of("DeformConv", "Einsum", "GatherND", "OneHot");

  private GuardedOperators() {}

  /** The model with all these operators under a domain that inference does not know. */
  static ModelProto hide(ModelProto model) {
    var copy = model.toBuilder();
    hide(copy.getGraphBuilder(), RankGuard.of(model.getGraph(), null));
    for (var function : copy.getFunctionsBuilderList()) {
      var guard = RankGuard.of(function.getNodeList());
      for (int i = 0; i < function.getNodeCount(); i++) {
        function.setNode(i, hide(function.getNode(i), guard));
      }
      function.addOpsetImportBuilder().setDomain(HIDDEN).setVersion(1);
    }
    copy.addOpsetImportBuilder().setDomain(HIDDEN).setVersion(1);
    return copy.build();
  }

  /**
   * The node as it was, when it is hidden and {@code shapes} show that it is harmless.
   *
   * @throws InvalidModelException they show that it makes a tensor of very many dimensions
   */
  static Optional<NodeProto> shown(NodeProto node, Function<String, Optional<long[]>> shapes) {
    if (!node.getDomain().equals(HIDDEN)) {
      return Optional.empty();
    }
    var original = node.toBuilder().clearDomain().build();
    boolean fits =
        switch (node.getOpType()) {
          case "Einsum" -> einsumFits(new Node(original), shapes);
          case "GatherND" -> gatherFits(new Node(original), shapes);
          case "OneHot" -> oneHotFits(new Node(original), shapes);
          case "DeformConv" -> false;
          default -> ranksFit(new Node(original), shapes);
        };
    return fits ? Optional.of(original) : Optional.empty();
  }

  /**
   * Whether a Gather, or a node that reads its result's shape, stays within the most dimensions.
   */
  private static boolean ranksFit(Node node, Function<String, Optional<long[]>> shapes) {
    if (node.is("Gather")) {
      var data = shapes.apply(node.input(0));
      var indices = shapes.apply(node.input(1));
      if (data.isEmpty() || indices.isEmpty()) {
        return false;
      }
      requireRank(node, (long) data.get().length + indices.get().length);
      return true;
    }
    for (int input : RankGuard.shapeInputs(node.proto())) {
      if (!node.hasInput(input)) {
        continue;
      }
      var shape = shapes.apply(node.input(input));
      if (shape.isEmpty() || (shape.get().length == 1 && shape.get()[0] < 0)) {
        return false;
      }
      requireRank(node, shape.get().length == 1 ? shape.get()[0] : 0);
    }
    return true;
  }

  private static void requireRank(Node node, long rank) {
    if (rank > RankGuard.MAX_RANK) {
      throw new InvalidModelException(
          Fault.node(node.proto())
              + " makes a tensor of "
              + rank
              + " dimensions; at most "
              + RankGuard.MAX_RANK
              + " are allowed");
    }
  }

  private static void hide(GraphProto.Builder graph, RankGuard guard) {
    for (int i = 0; i < graph.getNodeCount(); i++) {
      graph.setNode(i, hide(graph.getNode(i), guard));
    }
  }

  private static NodeProto hide(NodeProto node, RankGuard guard) {
    boolean guarded =
        NodeChecks.isStandard(node)
            && (NAMES.contains(node.getOpType()) || !guard.isHarmless(node));
    boolean holds =
        node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
    if (!guarded && !holds) {
      return node;
    }
    var copy = node.toBuilder();
    if (guarded) {
      copy.setDomain(HIDDEN);
    }
    for (var attribute : copy.getAttributeBuilderList()) {
      if (attribute.hasG()) {
        hide(attribute.getGBuilder(), RankGuard.of(attribute.getG(), guard));
      }
      attribute
          .getGraphsBuilderList()
          .forEach(graph -> hide(graph, RankGuard.of(graph.build(), guard)));
    }
    return copy.build();
  }

  /** One letter per axis of every input, and an output of letters that occur there, each once. */
  private static boolean einsumFits(Node node, Function<String, Optional<long[]>> shapes) {
    var sides = node.attribute("equation", "").replace(" ", "").split("->", -1);
    var terms = sides[0].split(",", -1);
    if (sides.length != 2 || terms.length != node.inputs().size()) {
      return false;
    }
    for (int i = 0; i < terms.length; i++) {
      var shape = shapes.apply(node.input(i));
      if (!terms[i].matches("[a-zA-Z]*")
          || shape.isEmpty()
          || shape.get().length != terms[i].length()) {
        return false;
      }
    }
    var output = sides[1].chars();
    return sides[1].chars().distinct().count() == sides[1].length()
        && output.allMatch(label -> Character.isLetter(label) && sides[0].indexOf(label) >= 0);
  }

  private static boolean gatherFits(Node node, Function<String, Optional<long[]>> shapes) {
    var data = shapes.apply(node.input(0));
    var indices = shapes.apply(node.input(1));
    if (data.isEmpty() || indices.isEmpty() || indices.get().length == 0) {
      return false;
    }
    long batch = node.attribute("batch_dims", 0L);
    long depth = indices.get()[indices.get().length - 1];
    return batch >= 0
        && batch < Math.min(data.get().length, indices.get().length)
        && depth >= 1
        && depth <= data.get().length - batch;
  }

  private static boolean oneHotFits(Node node, Function<String, Optional<long[]>> shapes) {
    var indices = shapes.apply(node.input(0));
    var depth = shapes.apply(node.input(1));
    var values = shapes.apply(node.input(2));
    if (indices.isEmpty() || depth.isEmpty() || values.isEmpty()) {
      return false;
    }
    long rank = indices.get().length;
    long axis = node.attribute("axis", -1L);
    boolean oneDepth = depth.get().length == 0 || (depth.get().length == 1 && depth.get()[0] == 1);
    return rank > 0
        && oneDepth
        && values.get().length == 1
        && values.get()[0] == 2
        && axis >= -rank - 1
        && axis <= rank;
  }
}
