package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.accuracy.AccuracyRestorer;
import dev.modelcompression.runtime.evaluate.Accuracy;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Gives layers back to floating point until the accuracy drop is within its limit. Measured on the
 * end of the training data, never on evaluation data: a limit that is met by looking at the test
 * would prove nothing.
 */
final class AccuracyLoop {
  private static final int ROWS = 5_000;
  private static final int MAX_TRIALS = 12;
  private static final int BATCH = 64;

  private final StepJob job;
  private final double maxDrop;

  AccuracyLoop(StepJob job, double maxDrop) {
    this.job = job;
    this.maxDrop = maxDrop;
  }

  Model restore(
      Model original,
      Model quantized,
      List<String> ranking,
      Function<Set<String>, Model> quantize,
      List<String> notes) {
    var data = rows();
    double before = accuracy(original, data);
    double after = accuracy(quantized, data);
    if (before - after <= maxDrop) {
      notes.add(
          String.format(
              Locale.ROOT,
              "accuracy drop %.4f on %d training samples, within %.4f",
              before - after,
              data.size(),
              maxDrop));
      return quantized;
    }
    var restored =
        new AccuracyRestorer(quantize, model -> accuracy(model, data), MAX_TRIALS)
            .restore(ranking, before - maxDrop, job.progress());
    notes.add(
        String.format(
            Locale.ROOT,
            "accuracy drop %.4f → %.4f on %d training samples by keeping %d layers in float: %s%s",
            before - after,
            before - restored.accuracy(),
            data.size(),
            restored.floatNodes().size(),
            String.join(", ", restored.floatNodes()),
            restored.reached()
                ? ""
                : "; still above " + maxDrop + ", this is the best that was found"));
    return restored.model();
  }

  private Dataset rows() {
    var data = job.dataset(Datasets.TRAINING, "maxAccuracyDrop");
    if (!data.hasLabels()) {
      throw new InvalidDataException("maxAccuracyDrop needs labelled training data");
    }
    int from = Math.max(0, data.size() - ROWS);
    return data.select(IntStream.range(from, data.size()).toArray());
  }

  private double accuracy(Model model, Dataset data) {
    return Accuracy.top1(model, data, BATCH, job.threads());
  }
}
