package dev.modelcompression.training;

import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.batch.Batches;
import java.util.Arrays;

/** Measures a graph on rows that it is not trained on. */
final class Validation {
  /**
   * What was measured; NaN without rows.
   *
   * @param accuracy top-1 as a fraction
   * @param loss mean cross-entropy
   */
  record Score(double accuracy, double loss) {
    /** Whether this is strictly better: by accuracy, then by loss. */
    boolean beats(Score other) {
      return accuracy > other.accuracy || (accuracy == other.accuracy && loss < other.loss);
    }
  }

  private final Batches batches;
  private final int[] rows;
  private final int batchSize;

  Validation(Batches batches, int[] rows, int batchSize) {
    this.batches = batches;
    this.rows = rows;
    this.batchSize = batchSize;
  }

  boolean hasRows() {
    return rows.length > 0;
  }

  Score measure(TorchGraph graph) {
    var sums = new double[2];
    for (int from = 0; from < rows.length; from += batchSize) {
      var batchRows = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + batchSize));
      NativeScope.run(() -> NativeScope.withoutGradients(() -> measure(graph, batchRows, sums)));
    }
    return new Score(sums[0] / rows.length, sums[1] / rows.length);
  }

  private void measure(TorchGraph graph, int[] batchRows, double[] sums) {
    var batch = batches.load(batchRows);
    var logits = graph.forward(batch.inputs(), false);
    sums[0] +=
        logits
            .argmax(new org.bytedeco.pytorch.LongOptional(1), false)
            .eq(batch.labels())
            .sum()
            .item_double();
    sums[1] += Objective.crossEntropy(logits, batch.labels(), 0).item_double() * batchRows.length;
  }
}
