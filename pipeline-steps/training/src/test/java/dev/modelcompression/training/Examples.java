package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.Model;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** The real network and data of the example. */
final class Examples {
  private static final Path FOLDER = Path.of("..", "..", "examples", "fashion-mnist");

  private Examples() {}

  static Model resnet() {
    return ModelFiles.load(FOLDER.resolve("resnet8.onnx"));
  }

  static Dataset training(int rows) {
    return first(NpzDataset.load(FOLDER.resolve("train.npz")), rows);
  }

  static Dataset test(int rows) {
    return first(NpzDataset.load(FOLDER.resolve("test.npz")), rows);
  }

  private static Dataset first(Dataset data, int rows) {
    return data.select(IntStream.range(0, Math.min(rows, data.size())).toArray());
  }
}
