package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * What a model learns from.
 *
 * @param training labelled rows, with a feature for each model input
 * @param validation rows to measure accuracy on after each epoch; when absent, a share of the
 *     training rows is set aside
 * @param teacher outputs of the teacher for every training row, {@code [rows, classes]} in
 *     row-major order from position 0; needed for distillation
 */
public record TrainingData(
    Dataset training, Optional<Dataset> validation, Optional<FloatBuffer> teacher) {
  /** Labels only, validated on a share of them. */
  public static TrainingData of(Dataset training) {
    return new TrainingData(training, Optional.empty(), Optional.empty());
  }

  public TrainingData withValidation(Dataset rows) {
    return new TrainingData(training, Optional.of(rows), teacher);
  }

  public TrainingData withTeacher(FloatBuffer logits) {
    return new TrainingData(training, validation, Optional.of(logits));
  }
}
