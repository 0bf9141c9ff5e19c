package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads ONNX models from bytes. */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * Reads a model and checks that its graph can be worked with.
   *
   * @param bytes the serialized {@code ModelProto}
   * @param source name of the model for messages
   * @param external where tensors outside the message are
   * @throws InvalidModelException the bytes are not an ONNX model, or the model contradicts itself
   * @throws UnsupportedModelException valid, but beyond a stated limit of this program
   */
  public static Model read(ByteBuffer bytes, String source, ExternalData external) {
    ModelProto proto;
    try {
      proto = ModelProto.parseFrom(CodedInputStream.newInstance(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidModelException(
          source + ": not an ONNX model, or truncated: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InvalidModelException(source + ": cannot be read: " + e.getMessage(), e);
    }
    if (!proto.hasGraph()) {
      throw new InvalidModelException(source + ": not an ONNX model: it holds no graph");
    }
    return of(proto, graph(proto.getGraph(), external));
  }

  static Model of(ModelProto header, Graph graph) {
    return new Model(header, graph);
  }

  private static Graph graph(GraphProto proto, ExternalData external) {
    var header =
        proto.toBuilder()
            .clearNode()
            .clearInitializer()
            .clearSparseInitializer()
            .clearInput()
            .clearOutput()
            .clearValueInfo()
            .clearQuantizationAnnotation()
            .build();
    var graph = new Graph(header);
    proto.getInputList().forEach(value -> graph.addInput(new ValueInfo(value)));
    proto.getOutputList().forEach(value -> graph.addOutput(new ValueInfo(value)));
    proto.getValueInfoList().forEach(value -> graph.putValueInfo(new ValueInfo(value)));
    proto.getInitializerList().forEach(t -> graph.setInitializer(t.getName(), tensor(t, external)));
    proto
        .getSparseInitializerList()
        .forEach(t -> graph.sparseInitializers().put(t.getValues().getName(), t));
    graph.quantizationAnnotations().addAll(proto.getQuantizationAnnotationList());
    proto.getNodeList().forEach(node -> graph.add(new Node(node)));
    return graph;
  }

  private static Tensor tensor(TensorProto proto, ExternalData external) {
    if (proto.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return new Tensor(proto, null);
    }
    String location = "";
    long offset = 0;
    long length = -1;
    for (var entry : proto.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = Long.parseLong(entry.getValue());
        case "length" -> length = Long.parseLong(entry.getValue());
        default -> {} // "checksum" and what later specifications add
      }
    }
    return new Tensor(proto, external.map(location, offset, length));
  }
}
