package dev.modelcompression.runtime;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Models and data that several tests use. */
public final class Models {
  private static final Path EXAMPLE = Path.of("../../examples/fashion-mnist");

  private Models() {}

  /** The trained network of the example: {@code input [N, 1, 28, 28]} → {@code logits [N, 10]}. */
  public static Model resnet8() {
    try {
      var bytes = ByteBuffer.wrap(Files.readAllBytes(EXAMPLE.resolve("resnet8.onnx")));
      return OnnxReader.read(bytes, "resnet8.onnx", ExternalData.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first test images of the example. */
  public static Dataset images(int count) {
    return NpzDataset.load(EXAMPLE.resolve("test.npz")).select(IntStream.range(0, count).toArray());
  }

  /** {@code input [batch, 2]} → Relu → {@code hidden} → +1 → {@code output}. */
  public static Model reluPlusOne(long batch) {
    var graph = new Graph("relu-plus-one");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, batch, 2));
    graph.add(Node.of("Relu", "relu", List.of("input"), List.of("hidden")));
    graph.setInitializer("one", Tensor.scalar(1));
    graph.add(Node.of("Add", "add", List.of("hidden", "one"), List.of("output")));
    graph.addOutput(ValueInfo.tensor("output", DataType.FLOAT, batch, 2));
    return new Model(graph, 8, 17);
  }
}
