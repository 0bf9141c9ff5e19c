package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;

/** Nodes that hold graphs. */
final class SubgraphModels {
  private SubgraphModels() {}

  /** A node of an unknown operator without inputs and outputs. */
  static NodeProto holding(String name, GraphProto body) {
    return NodeProto.newBuilder()
        .setName(name)
        .setOpType("Holder")
        .setDomain("com.example")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("body")
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(body))
        .build();
  }
}
