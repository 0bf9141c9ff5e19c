package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Writes ONNX models to bytes. The same model always gives the same bytes. */
public final class OnnxWriter {
  /** Tensors below this many bytes stay in the message even when the others leave it. */
  private static final long SMALLEST_EXTERNAL = 1024;

  /** More than a tensor's field tags, lengths and type take, without name and dimensions. */
  private static final long TENSOR_OVERHEAD = 64;

  private OnnxWriter() {}

  /**
   * Serializes the whole model into one message.
   *
   * @throws UnsupportedModelException the message would be larger than 2 GiB
   */
  public static byte[] toBytes(Model model) {
    return toProto(model).toByteArray();
  }

  /**
   * Serializes the whole model into one message.
   *
   * @throws IOException {@code out} cannot be written
   * @throws UnsupportedModelException the message would be larger than 2 GiB
   */
  public static void write(Model model, OutputStream out) throws IOException {
    toProto(model).writeTo(out);
  }

  /**
   * Serializes the model with its large tensors elsewhere; small ones, which shape arithmetic may
   * need, and strings stay in the message.
   *
   * @throws IOException {@code out} cannot be written
   */
  public static void write(Model model, OutputStream out, ExternalSink sink) throws IOException {
    toProto(model, tensor -> small(tensor) ? inline(tensor) : external(tensor, sink)).writeTo(out);
  }

  /** Upper bound of the bytes that {@link #toBytes} would give, found without writing. */
  public static long size(Model model) {
    long size = message(model, graphWithoutInitializers(model.graph())).getSerializedSize();
    for (var entry : model.graph().initializers().entrySet()) {
      var tensor = entry.getValue();
      size +=
          TENSOR_OVERHEAD
              + 3L * entry.getKey().length()
              + 11L * tensor.rank()
              + (tensor.isExternal() ? tensor.byteSize() : tensor.proto().getSerializedSize());
    }
    return size;
  }

  /** The whole model as one message; external tensors are taken into it. */
  static ModelProto toProto(Model model) {
    long size = size(model);
    if (size > Integer.MAX_VALUE - TENSOR_OVERHEAD) {
      throw new UnsupportedModelException(
          "the model takes "
              + size
              + " bytes, but one ONNX message holds less than 2 GiB: it needs external data");
    }
    return toProto(model, OnnxWriter::inline);
  }

  /** The model as a message, with each initializer as {@code encoding} gives it. */
  static ModelProto toProto(Model model, Function<Tensor, TensorProto> encoding) {
    var graph = graphWithoutInitializers(model.graph());
    model
        .graph()
        .initializers()
        .forEach((name, tensor) -> graph.addInitializer(named(name, encoding.apply(tensor))));
    return message(model, graph);
  }

  private static GraphProto.Builder graphWithoutInitializers(Graph graph) {
    var proto = graph.header().toBuilder();
    graph.nodes().forEach(node -> proto.addNode(node.proto()));
    proto.addAllSparseInitializer(graph.sparseInitializers().values());
    graph.inputs().forEach(value -> proto.addInput(value.proto()));
    graph.outputs().forEach(value -> proto.addOutput(value.proto()));
    graph.valueInfos().values().forEach(value -> proto.addValueInfo(value.proto()));
    proto.addAllQuantizationAnnotation(graph.quantizationAnnotations());
    return proto;
  }

  private static ModelProto message(Model model, GraphProto.Builder graph) {
    return model.header().toBuilder().setGraph(graph).build();
  }

  private static TensorProto named(String name, TensorProto tensor) {
    return tensor.getName().equals(name) ? tensor : tensor.toBuilder().setName(name).build();
  }

  private static boolean small(Tensor tensor) {
    return tensor.type() == DataType.STRING || tensor.byteSize() < SMALLEST_EXTERNAL;
  }

  /** The tensor with its bytes in the message. */
  static TensorProto inline(Tensor tensor) {
    var bytes = tensor.external();
    return bytes == null
        ? tensor.proto()
        : tensor.proto().toBuilder()
            .clearExternalData()
            .clearDataLocation()
            .setRawData(ByteString.copyFrom(bytes))
            .build();
  }

  private static TensorProto external(Tensor tensor, ExternalSink sink) {
    ByteBuffer bytes = tensor.rawBytes();
    long length = bytes.remaining();
    long offset = sink.append(bytes);
    return tensor.proto().toBuilder()
        .clearRawData()
        .clearFloatData()
        .clearDoubleData()
        .clearInt32Data()
        .clearInt64Data()
        .clearUint64Data()
        .clearExternalData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", sink.location()))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
