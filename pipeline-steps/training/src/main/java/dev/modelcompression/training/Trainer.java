package dev.modelcompression.training;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;

/** Trains models by gradients. */
public interface Trainer {
  /**
   * Fine-tunes a classifier whose first output is {@code [N, classes]} logits (or their softmax).
   *
   * <p>With a checkpoint file, a call that was killed and is made again ends with the same bits as
   * one that was left alone. A checkpoint that is damaged or belongs to another training is ignored
   * and noted in the result.
   *
   * @param model left unchanged
   * @throws dev.modelcompression.onnx.UnsupportedModelException an operator cannot be trained;
   *     thrown before the first step, and names the node
   * @throws dev.modelcompression.data.InvalidDataException the data does not fit the model
   * @throws IllegalArgumentException the settings make no sense for the data, or the loss grew
   *     beyond all bounds
   */
  TrainingResult fineTune(
      Model model,
      TrainingData data,
      FineTuneSettings settings,
      Checkpointing checkpointing,
      Progress progress);

  /** The trainer that runs on the CPU by libtorch. */
  static Trainer libtorch() {
    return new LibtorchTrainer();
  }

  /** Version of libtorch and of its binding, for reports, such as {@code 2.10.0-1.5.13}. */
  static String libtorchVersion() {
    return LibtorchTrainer.version();
  }
}
