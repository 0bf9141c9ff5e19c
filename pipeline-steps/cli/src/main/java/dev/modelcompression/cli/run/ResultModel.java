package dev.modelcompression.cli.run;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.data.ModelFiles;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Puts the model that a run ended with where a person looks for it. */
public final class ResultModel {
  private static final String FILE = "model.onnx";

  private ResultModel() {}

  /** Writes the model into the workspace's top folder, replacing an earlier one in one step. */
  public static void publish(@Nullable Artifact model, Path workspace) {
    if (model != null) {
      ModelFiles.save(ModelFiles.load(path(model)), workspace.resolve(FILE));
    }
  }

  private static Path path(Artifact model) {
    return model.uri().startsWith("file:")
        ? Path.of(URI.create(model.uri()))
        : Path.of(model.uri());
  }
}
