package dev.modelcompression.training.checkpoint;

import dev.modelcompression.training.TrainingResult.Epoch;
import java.util.List;
import java.util.Map;

/**
 * All that a training needs to go on as if nothing had happened. The order of rows is not part of
 * it: it follows from seed and epoch.
 *
 * @param steps optimizer steps done
 * @param lossSum sum of the losses of the steps of the unfinished epoch
 * @param seconds spent in the unfinished epoch
 * @param weights now
 * @param optimizer state vectors of the update rule
 * @param best weights of the best epoch
 * @param bestEpoch its number
 * @param history finished epochs
 */
public record Checkpoint(
    long steps,
    double lossSum,
    double seconds,
    Weights weights,
    List<float[]> optimizer,
    Weights best,
    int bestEpoch,
    List<Epoch> history) {

  /**
   * Values of all parameters, and of batch-norm statistics by initializer name.
   *
   * @param parameters one vector of all parameters
   */
  public record Weights(float[] parameters, Map<String, float[]> statistics) {}
}
