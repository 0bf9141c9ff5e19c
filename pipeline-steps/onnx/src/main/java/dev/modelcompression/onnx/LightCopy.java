package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;

/**
 * A model's message without the payload of its weights, for the native library: type and shape of
 * every tensor stay, and the values of the small ones, which shape arithmetic reads.
 */
final class LightCopy {
  /** Tensors up to this many elements keep their values: shapes, axes, pads, scales. */
  private static final long KEPT_ELEMENTS = 1024;

  private LightCopy() {}

  /** Header, operator sets and functions as they are, versions clamped to what is known. */
  static ModelProto.Builder of(Model model) {
    var copy = OnnxWriter.toProto(model, LightCopy::light).toBuilder();
    copy.setIrVersion(Math.min(model.irVersion(), NativeOnnx.MAX_IR_VERSION)).clearTrainingInfo();
    var graph = copy.getGraphBuilder().clearQuantizationAnnotation();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      graph.setNode(i, light(graph.getNode(i)));
    }
    for (var set : copy.getOpsetImportBuilderList()) {
      if (set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx")) {
        set.setVersion(Math.min(set.getVersion(), NativeOnnx.MAX_OPSET));
      }
    }
    return copy;
  }

  private static TensorProto light(Tensor tensor) {
    return tensor.elementCount() > KEPT_ELEMENTS
        ? light(tensor.proto())
        : OnnxWriter.inline(tensor);
  }

  private static TensorProto light(TensorProto tensor) {
    long elements = 1;
    for (long dim : tensor.getDimsList()) {
      elements = Math.multiplyExact(elements, dim);
    }
    if (elements <= KEPT_ELEMENTS) {
      return tensor;
    }
    return TensorProto.newBuilder()
        .setName(tensor.getName())
        .setDataType(tensor.getDataType())
        .addAllDims(tensor.getDimsList())
        .build();
  }

  private static NodeProto light(NodeProto node) {
    if (node.getAttributeList().stream()
        .noneMatch(a -> a.hasT() || a.hasG() || a.getGraphsCount() > 0)) {
      return node;
    }
    var copy = node.toBuilder();
    for (int i = 0; i < copy.getAttributeCount(); i++) {
      copy.setAttribute(i, light(copy.getAttribute(i)));
    }
    return copy.build();
  }

  private static AttributeProto light(AttributeProto attribute) {
    var copy = attribute.toBuilder();
    if (attribute.hasT()) {
      copy.setT(light(attribute.getT()));
    }
    if (attribute.hasG()) {
      copy.setG(light(attribute.getG()));
    }
    for (int i = 0; i < copy.getGraphsCount(); i++) {
      copy.setGraphs(i, light(copy.getGraphs(i)));
    }
    return copy.build();
  }

  private static GraphProto light(GraphProto graph) {
    var copy = graph.toBuilder();
    for (int i = 0; i < copy.getNodeCount(); i++) {
      copy.setNode(i, light(copy.getNode(i)));
    }
    for (int i = 0; i < copy.getInitializerCount(); i++) {
      copy.setInitializer(i, light(copy.getInitializer(i)));
    }
    return copy.build();
  }
}
