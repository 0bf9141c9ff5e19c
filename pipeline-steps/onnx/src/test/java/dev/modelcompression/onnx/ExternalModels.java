package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.util.Map;

/** Models whose tensors are outside the message. */
final class ExternalModels {
  private ExternalModels() {}

  /** A node with the tensor in each kind of attribute that can hold one. */
  static NodeProto nodeWithTensorsEverywhere(TensorProto tensor) {
    var body =
        GraphProto.newBuilder()
            .setName("body")
            .addInitializer(tensor.toBuilder().setName("inner"))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Constant")
                    .addOutput("c")
                    .addAttribute(AttributeProto.newBuilder().setName("value").setT(tensor)));
    return NodeProto.newBuilder()
        .setOpType("Everything")
        .setDomain("com.example")
        .addOutput("everything")
        .addAttribute(AttributeProto.newBuilder().setName("t").setT(tensor))
        .addAttribute(AttributeProto.newBuilder().setName("ts").addTensors(tensor))
        .addAttribute(AttributeProto.newBuilder().setName("g").setG(body))
        .addAttribute(AttributeProto.newBuilder().setName("gs").addGraphs(body))
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("s")
                .setSparseTensor(
                    SparseTensorProto.newBuilder()
                        .setValues(tensor)
                        .setIndices(Tensor.longs(new long[] {2}, 0, 1).proto())
                        .addDims(9)))
        .build();
  }

  static FunctionProto functionWithTensor(TensorProto tensor) {
    return FunctionProto.newBuilder()
        .setName("WithTensor")
        .setDomain("com.example")
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("c")
                .addAttribute(AttributeProto.newBuilder().setName("value").setT(tensor)))
        .addOutput("c")
        .build();
  }

  /** Moves the payload of every raw tensor into files of its own. */
  static ModelProto scatter(ModelProto model, Map<String, ByteBuffer> files) {
    var copy = model.toBuilder();
    scatter(copy, files);
    return copy.build();
  }

  private static void scatter(Message.Builder message, Map<String, ByteBuffer> files) {
    if (message instanceof TensorProto.Builder tensor) {
      if (tensor.hasRawData()) {
        var name = "file" + files.size();
        var payload = tensor.getRawData();
        var file = ByteBuffer.allocate(payload.size() + 7);
        payload.copyTo(file.slice(3, payload.size()));
        files.put(name, file);
        tensor
            .clearRawData()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", name))
            .addExternalData(entry("offset", "3"))
            .addExternalData(entry("length", Integer.toString(payload.size())))
            .addExternalData(entry("checksum", "ignored"));
      }
      return;
    }
    for (var field : message.getAllFields().keySet()) {
      if (field.getJavaType() != com.google.protobuf.Descriptors.FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (!field.isRepeated()) {
        scatter(message.getFieldBuilder(field), files);
        continue;
      }
      for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
        scatter(message.getRepeatedFieldBuilder(field, i), files);
      }
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
