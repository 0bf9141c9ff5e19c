package dev.modelcompression.cli;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A network and data so small that a whole pipeline over them takes a second or two. */
final class TinyInputs {
  static final int CLASSES = 3;

  private static final int CHANNELS = 32;
  private static final int SIDE = 8;

  private TinyInputs() {}

  /** Two convolutions and a classifier of three classes, {@code input [N, 1, 8, 8]}. */
  static Model model() {
    var random = new Random(1);
    var graph = new Graph("tiny");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 1, SIDE, SIDE));
    graph.setInitializer("w1", weights(random, CHANNELS, 1, 3, 3));
    graph.setInitializer("w2", weights(random, CHANNELS, CHANNELS, 3, 3));
    graph.setInitializer("w3", weights(random, CLASSES, CHANNELS));
    graph.setInitializer("b3", weights(random, CLASSES));
    graph.add(conv("conv1", "input", "w1", "a"));
    graph.add(Node.of("Relu", "relu1", List.of("a"), List.of("b")));
    graph.add(conv("conv2", "b", "w2", "c"));
    graph.add(Node.of("Relu", "relu2", List.of("c"), List.of("d")));
    graph.add(Node.of("GlobalAveragePool", "pool", List.of("d"), List.of("e")));
    graph.add(Node.of("Flatten", "flatten", List.of("e"), List.of("f")));
    var gemm = Node.of("Gemm", "gemm", List.of("f", "w3", "b3"), List.of("scores"));
    gemm.setAttribute("transB", 1L);
    graph.add(gemm);
    graph.addOutput(ValueInfo.tensor("scores", DataType.FLOAT, -1, CLASSES));
    return new Model(graph, 8, 17);
  }

  /** Writes the model as one file. */
  static Path model(Path file) throws IOException {
    return Files.write(file, OnnxWriter.toBytes(model()));
  }

  /** Writes images whose class is which third of them is bright. */
  static Path data(Path file, int samples, long seed) throws IOException {
    var random = new Random(seed);
    var labels = new long[samples];
    var images = new float[samples * SIDE * SIDE];
    for (int i = 0; i < samples; i++) {
      labels[i] = random.nextInt(CLASSES);
      for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
        boolean bright = pixel / SIDE * CLASSES / SIDE == labels[i];
        images[i * SIDE * SIDE + pixel] = random.nextFloat() + (bright ? 0.5f : 0);
      }
    }
    npz(file, new long[] {samples, 1, SIDE, SIDE}, images, labels);
    return file;
  }

  /** Writes a data set of arrays {@code input} and {@code labels}. */
  static void npz(Path file, long[] shape, float[] values, long... labels) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      var floats = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      floats.asFloatBuffer().put(values);
      array(zip, "input", "<f4", shape, floats.array());
      var longs = ByteBuffer.allocate(8 * labels.length).order(ByteOrder.LITTLE_ENDIAN);
      longs.asLongBuffer().put(labels);
      array(zip, "labels", "<i8", new long[] {labels.length}, longs.array());
    }
  }

  private static void array(
      ZipOutputStream zip, String name, String type, long[] shape, byte[] content)
      throws IOException {
    var dims = new ArrayList<String>();
    Arrays.stream(shape).forEach(dim -> dims.add(dim + ","));
    byte[] header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n"
            .formatted(type, String.join(" ", dims))
            .getBytes(StandardCharsets.US_ASCII);
    var prefix = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    prefix
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) header.length);
    zip.putNextEntry(new ZipEntry(name + ".npy"));
    write(zip, prefix.array(), header, content);
  }

  private static void write(OutputStream out, byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
  }

  private static Node conv(String name, String input, String weight, String output) {
    var conv = Node.of("Conv", name, List.of(input, weight), List.of(output));
    conv.setAttribute("pads", new long[] {1, 1, 1, 1});
    return conv;
  }

  /** Weights whose spread keeps the size of activations about the same from layer to layer. */
  private static Tensor weights(Random random, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    double deviation = Math.sqrt(2.0 * shape[0] / count);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return Tensor.floats(shape, values);
  }
}
