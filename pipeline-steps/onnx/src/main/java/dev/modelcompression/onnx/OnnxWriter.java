package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes ONNX models to bytes. The same model always gives the same bytes. */
public final class OnnxWriter {
  private OnnxWriter() {}

  /**
   * Serializes the whole model into one message.
   *
   * @throws UnsupportedModelException the message would be larger than 2 GiB
   */
  public static byte[] toBytes(Model model) {
    return toProto(model, null).toByteArray();
  }

  /**
   * The model's message; with a {@code sink}, tensors that came from external data go there,
   * without one they are taken into the message.
   */
  static ModelProto toProto(Model model, @Nullable ExternalSink sink) {
    var graph = model.graph();
    var proto = graph.header().toBuilder();
    graph.nodes().forEach(node -> proto.addNode(node.proto()));
    graph
        .initializers()
        .forEach((name, tensor) -> proto.addInitializer(tensor(name, tensor, sink)));
    proto.addAllSparseInitializer(graph.sparseInitializers().values());
    graph.inputs().forEach(value -> proto.addInput(value.proto()));
    graph.outputs().forEach(value -> proto.addOutput(value.proto()));
    graph.valueInfos().values().forEach(value -> proto.addValueInfo(value.proto()));
    proto.addAllQuantizationAnnotation(graph.quantizationAnnotations());
    return model.header().toBuilder().setGraph(proto).build();
  }

  private static TensorProto tensor(String name, Tensor tensor, @Nullable ExternalSink sink) {
    var builder = tensor.proto().toBuilder().setName(name);
    var bytes = tensor.external();
    if (bytes == null) {
      return builder.build();
    }
    builder.clearExternalData().clearDataLocation();
    if (sink == null) {
      return builder.setRawData(ByteString.copyFrom(bytes)).build();
    }
    long length = bytes.remaining();
    long offset = sink.append(bytes);
    builder.setDataLocation(TensorProto.DataLocation.EXTERNAL);
    Map.of(
            "location",
            sink.location(),
            "offset",
            Long.toString(offset),
            "length",
            Long.toString(length))
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            e ->
                builder.addExternalData(
                    StringStringEntryProto.newBuilder().setKey(e.getKey()).setValue(e.getValue())));
    return builder.build();
  }
}
