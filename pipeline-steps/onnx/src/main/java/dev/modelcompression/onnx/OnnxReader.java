package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SortedSet;

/** Reads ONNX models from bytes that nobody has to trust. */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * Reads a model and checks that its graph can be worked with: IR version up to 11, operator set
   * 11 to 22, every value defined once, no cycle, every tensor as long as its shape says. Nodes
   * that are not in an order of execution are sorted; tensors outside the message but not among the
   * main graph's initializers are taken into it. Everything else is kept as it is.
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
      var outside = new ExternalTensors(external);
      var proto = outside.inline(parse(bytes));
      ModelChecks.check(proto);
      var graph = graph(proto.getGraph(), outside);
      graph.sort();
      SizeChecks.check(graph);
      proto.getFunctionsList().forEach(function -> SizeChecks.check(function.getNodeList()));
      return of(proto, graph);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(source + ": " + e.getMessage(), e);
    } catch (UnsupportedModelException e) {
      throw new UnsupportedModelException(source + ": " + e.getMessage(), e);
    }
  }

  /**
   * The files outside the message that tensors are in, under the names that the model gives them.
   *
   * @throws InvalidModelException the bytes are not an ONNX model
   */
  public static SortedSet<String> externalFiles(ByteBuffer bytes, String source) {
    try {
      return ExternalTensors.locations(parse(bytes));
    } catch (InvalidModelException e) {
      throw new InvalidModelException(source + ": " + e.getMessage(), e);
    }
  }

  static Model of(ModelProto header, Graph graph) {
    return new Model(header, graph);
  }

  private static ModelProto parse(ByteBuffer bytes) {
    try {
      ByteString message = UnsafeByteOperations.unsafeWrap(bytes);
      WireScan.check(message.newCodedInput());
      var input = message.newCodedInput();
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

  private static Graph graph(GraphProto proto, ExternalTensors outside) {
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
    proto.getInitializerList().forEach(t -> graph.setInitializer(t.getName(), tensor(t, outside)));
    proto
        .getSparseInitializerList()
        .forEach(t -> graph.sparseInitializers().put(t.getValues().getName(), t));
    graph.quantizationAnnotations().addAll(proto.getQuantizationAnnotationList());
    proto.getNodeList().forEach(node -> graph.add(new Node(node)));
    return graph;
  }

  private static Tensor tensor(TensorProto proto, ExternalTensors outside) {
    return new Tensor(proto, ExternalTensors.isExternal(proto) ? outside.map(proto) : null);
  }
}
