package dev.modelcompression.cli;

import dev.modelcompression.onnx.ExternalSink;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model whose weights lie in a file of their own. */
public final class ModelInTwoFiles {
  private ModelInTwoFiles() {}

  /** Writes a model to a file, and its weights to another that lies at a place relative to it. */
  public static void write(Model model, Path file, String weights) throws IOException {
    var data = new ByteArrayOutputStream();
    var sink =
        new ExternalSink() {
          @Override
          public String location() {
            return weights;
          }

          @Override
          public long append(ByteBuffer bytes) {
            long offset = data.size();
            var copy = new byte[bytes.remaining()];
            bytes.get(copy);
            data.writeBytes(copy);
            return offset;
          }
        };
    try (var out = Files.newOutputStream(file)) {
      OnnxWriter.write(model, out, sink);
    }
    Path target = file.resolveSibling(weights);
    Files.createDirectories(target.getParent());
    Files.write(target, data.toByteArray());
  }
}
