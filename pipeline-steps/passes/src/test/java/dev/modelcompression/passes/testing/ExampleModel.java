package dev.modelcompression.passes.testing;

import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipFile;

/** The trained ResNet-8 of the Fashion-MNIST example, and real images for it. */
public final class ExampleModel {
  private static final Path FOLDER = Path.of("../../examples/fashion-mnist");
  private static final int PIXELS = 28 * 28;
  private static final int NPY_HEADER = 128;

  private ExampleModel() {}

  public static Model read() {
    try {
      var bytes = ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("resnet8.onnx")));
      return OnnxReader.read(bytes, "resnet8.onnx", ExternalData.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Images {@code [first, first + count)} of one part of the data, {@code [N, 1, 28, 28]}. */
  public static Map<String, Tensor> images(String part, int first, int count) {
    try (var archive = new ZipFile(FOLDER.resolve(part + ".npz").toFile());
        var stream = archive.getInputStream(archive.getEntry("input.npy"))) {
      stream.skipNBytes(NPY_HEADER + (long) first * PIXELS);
      var bytes = stream.readNBytes(count * PIXELS);
      var values = new float[bytes.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (Byte.toUnsignedInt(bytes[i]) / 255f - 0.2860f) / 0.3530f;
      }
      return Map.of("input", Tensor.floats(new long[] {count, 1, 28, 28}, values));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
