package dev.modelcompression.training;

import dev.modelcompression.onnx.Model;
import java.util.List;

/**
 * A trained model and how it came about.
 *
 * @param model the same graph with trained weights and batch-norm statistics
 * @param history one entry per epoch, and first the untrained model as epoch 0 without loss
 * @param bestEpoch epoch whose weights the model has; 0 when training only made it worse
 * @param stoppedEarly whether patience ran out before the last epoch
 * @param steps optimizer steps in all
 * @param resumedFrom step at which a checkpoint was taken up; 0 when training began afresh
 * @param trainableParameters elements that training could change
 * @param notes what a user should know, such as a checkpoint that was ignored
 */
public record TrainingResult(
    Model model,
    List<Epoch> history,
    int bestEpoch,
    boolean stoppedEarly,
    long steps,
    long resumedFrom,
    long trainableParameters,
    List<String> notes) {

  /**
   * One pass over the data.
   *
   * @param loss mean over the steps; NaN for epoch 0
   * @param validationAccuracy top-1 as a fraction; NaN without validation rows
   * @param validationLoss mean cross-entropy; NaN without validation rows
   * @param learningRate of the last step
   * @param seconds wall time, validation included
   */
  public record Epoch(
      int number,
      double loss,
      double validationAccuracy,
      double validationLoss,
      double learningRate,
      double seconds) {}
}
