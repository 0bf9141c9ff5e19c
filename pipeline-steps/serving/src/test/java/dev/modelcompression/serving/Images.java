package dev.modelcompression.serving;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.NpzDataset;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The example's test images, as requests. */
final class Images {
  static final int PIXELS = 28 * 28;

  private static final Dataset DATA =
      NpzDataset.load(Path.of("../../examples/fashion-mnist/test.npz"));

  private Images() {}

  /** Pixels of images one after the other. */
  static float[] pixels(int from, int count) {
    var pixels = FloatBuffer.allocate(count * PIXELS);
    DATA.read("input", IntStream.range(from, from + count).toArray(), pixels);
    return pixels.array();
  }

  static String json(int from, int count) {
    return """
    {"id": "image", "inputs": [{"name": "input", "datatype": "FP32", "shape": [%d, 1, 28, 28], "data": %s}]}"""
        .formatted(count, Arrays.toString(pixels(from, count)));
  }

  /** Elements little-endian. */
  static ByteBuffer binary(int from, int count) {
    var data = ByteBuffer.allocate(count * PIXELS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(pixels(from, count));
    return data;
  }

  static int label(int row) {
    return DATA.label(row);
  }
}
