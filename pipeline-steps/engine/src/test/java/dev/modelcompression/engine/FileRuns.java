package dev.modelcompression.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Runs whose original model is a real file. */
final class FileRuns {
  private FileRuns() {}

  /** A run on {@code net.onnx} in the folder. */
  static Run run(Path folder, String... members) throws IOException {
    Path model = folder.resolve("net.onnx");
    return Run.of(
        Fixtures.spec(members),
        "1.0",
        ArtifactFiles.describe("model", model.toUri().toString(), model),
        Map.of(
            "training", Fixtures.artifact("training", "train.npz"),
            "evaluation", Fixtures.artifact("evaluation", "test.npz")),
        2);
  }
}
