package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models that several tests use. */
final class TestModels {
  private static final Path RESNET = Path.of("../../examples/fashion-mnist/resnet8.onnx");

  private TestModels() {}

  static byte[] resnetBytes() {
    try {
      return Files.readAllBytes(RESNET);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Model resnet() {
    return read(resnetBytes());
  }

  static Model read(byte[] bytes) {
    return OnnxReader.read(ByteBuffer.wrap(bytes), "test.onnx", ExternalData.NONE);
  }

  /**
   * A model of these nodes over one FLOAT input {@code x}; outputs are declared without a shape.
   */
  static Model of(long[] inputShape, List<String> outputs, Node... nodes) {
    var graph = new Graph("g");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, inputShape));
    for (Node node : nodes) {
      graph.add(node);
    }
    outputs.forEach(
        name ->
            graph.addOutput(
                new ValueInfo(
                    ValueInfoProto.newBuilder()
                        .setName(name)
                        .setType(
                            TypeProto.newBuilder()
                                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1)))
                        .build())));
    return new Model(graph, 8, 17);
  }

  static Node node(String opType, List<String> inputs, String output) {
    return Node.of(opType, "", inputs, List.of(output));
  }

  static Tensor zeros(long... shape) {
    return Tensor.floats(shape, new float[(int) Tensor.elements(shape)]);
  }
}
