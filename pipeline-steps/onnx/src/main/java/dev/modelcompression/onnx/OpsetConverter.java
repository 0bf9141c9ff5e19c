package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Set;

/**
 * Brings a model to a later version of the standard operator set, by the ONNX project's converter.
 */
public final class OpsetConverter {
  private OpsetConverter() {}

  /**
   * The model in operator set {@code opset}, computing the same.
   *
   * @param model not changed
   * @param opset at most 22
   * @return a new model, or {@code model} itself when it is at that version or a later one
   * @throws UnsupportedModelException the model has functions or subgraphs, which the converter
   *     does not look into, or the converter does not know a way for an operator
   */
  public static Model upgrade(Model model, long opset) {
    if (opset > NativeOnnx.MAX_OPSET) {
      throw new IllegalArgumentException(
          "operator set " + opset + " is not known; expected at most " + NativeOnnx.MAX_OPSET);
    }
    if (model.opset() >= opset) {
      return model;
    }
    requireConvertible(model, opset);
    return withNodes(model, convert(model, opset), opset);
  }

  /** Whether all of the model is in its main graph, where the converter looks. */
  static boolean isFlat(ModelProto model) {
    return model.getFunctionsCount() == 0
        && model.getGraph().getNodeList().stream()
            .flatMap(node -> node.getAttributeList().stream())
            .noneMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
  }

  private static void requireConvertible(Model model, long opset) {
    if (model.hasFunctions()) {
      throw cannot(model, opset, "it has local functions");
    }
    for (Node node : model.graph().nodes()) {
      if (node.hasSubgraph()) {
        throw cannot(model, opset, "node " + Fault.quoted(node.label()) + " holds a subgraph");
      }
      if (node.domain().isEmpty() && !NativeSchemas.knows(node.opType(), model.opset())) {
        throw cannot(
            model,
            opset,
            "node "
                + Fault.quoted(node.label())
                + " has the unknown operator "
                + Fault.quoted(node.opType()));
      }
    }
  }

  private static ModelProto convert(Model model, long opset) {
    try {
      return NativeOnnx.convertVersion(LightCopy.of(model).build(), (int) opset);
    } catch (InvalidModelException e) {
      throw cannot(model, opset, String.valueOf(e.getMessage()));
    }
  }

  /** The converter's nodes in the model's own frame, with the weights that it never saw. */
  private static Model withNodes(Model model, ModelProto converted, long opset) {
    var result = model.copy();
    var graph = result.graph();
    graph.removeAll(Set.copyOf(graph.nodes()));
    for (TensorProto tensor : converted.getGraph().getInitializerList()) {
      if (graph.initializer(tensor.getName()).isEmpty()
          && !graph.sparseInitializerNames().contains(tensor.getName())) {
        graph.setInitializer(tensor.getName(), new Tensor(tensor, null));
      }
    }
    for (var proto : converted.getGraph().getNodeList()) {
      var node = graph.add(new Node(proto));
      if (node.is("Constant")) {
        model
            .graph()
            .producer(node.output())
            .filter(before -> before.is("Constant"))
            .flatMap(before -> before.tensorAttribute("value"))
            .ifPresent(value -> node.setAttribute("value", value));
      }
    }
    result.setOpset("", opset);
    graph.sort();
    return result;
  }

  private static UnsupportedModelException cannot(Model model, long opset, String why) {
    return new UnsupportedModelException(
        "the model cannot be brought from operator set "
            + model.opset()
            + " to "
            + opset
            + ": "
            + why
            + "; export it again with operator set "
            + opset);
  }
}
