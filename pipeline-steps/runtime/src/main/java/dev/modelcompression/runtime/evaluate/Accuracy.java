package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;

/** Accuracy of one model alone, for searches that compare many. */
public final class Accuracy {
  private Accuracy() {}

  /**
   * Share of rows whose label is the best guess of the model's first output.
   *
   * @throws dev.modelcompression.data.InvalidDataException the data has no labels or does not fit
   *     the model
   * @throws dev.modelcompression.onnx.InvalidModelException the model gives NaN or an infinity
   * @throws dev.modelcompression.onnx.UnsupportedModelException its output is not {@code [N,
   *     classes]}
   */
  public static double top1(Model model, Dataset data, int batch, int threads) {
    int right = 0;
    try (var ort = OrtModels.open(model, SessionSettings.threads(threads));
        var rows = new OutputRows("model " + ort.source(), ort, data, batch)) {
      for (int from = 0; from < data.size(); from += rows.batch()) {
        int to = Math.min(from + rows.batch(), data.size());
        var scores = new float[rows.runScores(from, to)];
        for (int row = from; row < to; row++) {
          rows.next(scores);
          right += Quality.best(scores) == data.label(row) ? 1 : 0;
        }
      }
    }
    return (double) right / data.size();
  }
}
