package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads ONNX models from bytes. */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * Reads a model and checks that its graph can be worked with.
   *
   * @param bytes the serialized {@code ModelProto}; tensors are views of it, so it must not change
   *     afterwards
   * @param source name of the model for messages
   * @param external where tensors outside the message are
   * @throws InvalidModelException the bytes are not an ONNX model, or the model contradicts itself
   * @throws UnsupportedModelException valid, but beyond a stated limit of this program
   */
  public static Model read(ByteBuffer bytes, String source, ExternalData external) {
    try {
      var proto = parse(bytes);
      return of(proto, graph(proto.getGraph(), external));
    } catch (InvalidModelException e) {
      throw new InvalidModelException(source + ": " + e.getMessage(), e);
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(source + ": " + e.getMessage(), e);
    }
  }

  private static ModelProto parse(ByteBuffer bytes) {
    try {
      var input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      var proto = ModelProto.parseFrom(input);
      if (!proto.hasGraph()) {
        throw new InvalidModelException("not an ONNX model: it holds no graph");
      }
      return proto;
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidModelException("not an ONNX model, or truncated: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InvalidModelException("cannot be read: " + e.getMessage(), e);
    }
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
    return new Tensor(proto, ExternalTensors.map(proto, external));
  }
}
