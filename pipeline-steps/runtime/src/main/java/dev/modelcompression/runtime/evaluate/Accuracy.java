package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Accuracy of one model alone, for searches that compare many. */
public final class Accuracy {
  private Accuracy() {}

  /**
   * Share of rows whose label is the best guess of the model's first output.
   *
   * @throws dev.modelcompression.data.InvalidDataException the data has no labels or does not fit
   *     the model
   */
  public static double top1(Model model, Dataset data, int batch, int threads) {
    int right = 0;
    try (var ort = OrtModels.open(model, SessionSettings.threads(threads));
        var runner = ort.runner(data, batch, List.of(ort.outputs().get(0)))) {
      String output = ort.outputs().get(0);
      for (int from = 0; from < data.size(); from += runner.batch()) {
        int to = Math.min(from + runner.batch(), data.size());
        runner.run(IntStream.range(from, to).toArray());
        int classes = runner.rowSize(output);
        var scores = runner.values(output);
        for (int row = from; row < to; row++) {
          right += best(scores, (row - from) * classes, classes) == data.label(row) ? 1 : 0;
        }
      }
    }
    return (double) right / data.size();
  }

  private static int best(FloatBuffer scores, int offset, int classes) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (scores.get(offset + i) > scores.get(offset + best)) {
        best = i;
      }
    }
    return best;
  }
}
