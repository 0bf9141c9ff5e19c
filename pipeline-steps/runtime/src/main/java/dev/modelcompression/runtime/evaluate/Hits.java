package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accuracy of one model alone. The intervals are those that the model has in a comparison: from the
 * same resamples.
 *
 * @param top1 share of samples whose label is the best guess; absent without labels
 * @param top5 share of samples whose label is among the five best; absent without labels, or where
 *     that says nothing
 */
record Hits(@Nullable Estimate top1, @Nullable Estimate top5) {
  private static final int TOP1 = 1;
  private static final int TOP5 = 2;
  private static final int KINDS = 4;

  static Hits measure(OutputRows model, Dataset data, Bootstrap bootstrap, Progress progress) {
    if (!data.hasLabels()) {
      return new Hits(null, null);
    }
    var verdicts = new byte[data.size()];
    int classes = 0;
    for (int from = 0; from < data.size(); from += model.batch()) {
      int to = Math.min(from + model.batch(), data.size());
      classes = model.runScores(from, to);
      var scores = new float[classes];
      for (int row = from; row < to; row++) {
        model.next(scores);
        int label = Quality.checked(data.label(row), row, classes);
        int rank = Quality.rank(scores, label);
        verdicts[row] = (byte) ((rank == 0 ? TOP1 : 0) | (rank < Quality.TOP ? TOP5 : 0));
      }
      progress.update(to, data.size(), "quality");
    }
    var found =
        bootstrap.ofCounts(verdicts, KINDS, List.of(Shares.share(TOP1), Shares.share(TOP5)));
    return new Hits(found.get(0), classes > Quality.TOP ? found.get(1) : null);
  }
}
