package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;
import org.bytedeco.onnx.OpSchemaRegistry;

/**
 * Holds nodes against the operators' schemas: how many inputs and outputs, which attributes of
 * which type. The native inference relies on that and crashes where it does not hold.
 */
final class NativeSchemas {
  private NativeSchemas() {}

  /**
   * Verifies all nodes of a message that is given in both worlds; nodes without a schema pass.
   *
   * @throws InvalidModelException a node breaks its schema; the message names it
   */
  static void verify(ModelProto model, org.bytedeco.onnx.ModelProto same) {
    int opset = opset(model.getOpsetImportList());
    verify(model.getGraph(), same.graph(), opset);
    for (int f = 0; f < model.getFunctionsCount(); f++) {
      var function = model.getFunctions(f);
      int version = opset(function.getOpsetImportList());
      for (int i = 0; i < function.getNodeCount(); i++) {
        verify(function.getNode(i), same.functions(f).node(i), version);
      }
    }
  }

  /** Version of the standard operator set among the imports. */
  static int opset(List<OperatorSetIdProto> imports) {
    return imports.stream()
        .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
        .mapToInt(set -> (int) set.getVersion())
        .findFirst()
        .orElse((int) NativeOnnx.MAX_OPSET);
  }

  /** Whether the standard operator set of that version has the operator. */
  static boolean knows(String opType, long opset) {
    var schema = OpSchemaRegistry.Schema(opType, (int) opset, "");
    return schema != null && !schema.isNull();
  }

  private static void verify(GraphProto graph, org.bytedeco.onnx.GraphProto same, int opset) {
    for (int i = 0; i < graph.getNodeCount(); i++) {
      verify(graph.getNode(i), same.node(i), opset);
    }
  }

  private static void verify(NodeProto node, org.bytedeco.onnx.NodeProto same, int opset) {
    if (NodeChecks.isStandard(node) && knows(node.getOpType(), opset)) {
      try {
        OpSchemaRegistry.Schema(node.getOpType(), opset, "").Verify(same);
      } catch (RuntimeException e) {
        throw new InvalidModelException(
            Fault.node(node) + ": " + NativeOnnx.firstFault(e.getMessage()), e);
      }
    }
    for (int a = 0; a < node.getAttributeCount(); a++) {
      var attribute = node.getAttribute(a);
      if (attribute.hasG()) {
        verify(attribute.getG(), same.attribute(a).g(), opset);
      }
      for (int g = 0; g < attribute.getGraphsCount(); g++) {
        verify(attribute.getGraphs(g), same.attribute(a).graphs(g), opset);
      }
    }
  }
}
