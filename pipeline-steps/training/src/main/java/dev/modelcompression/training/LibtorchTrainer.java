package dev.modelcompression.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.training.autograd.NativeScope;

/** Trains on the CPU, with libtorch's autograd over the ONNX graph. */
final class LibtorchTrainer implements Trainer {
  @Override
  public TrainingResult fineTune(
      Model model,
      TrainingData data,
      FineTuneSettings settings,
      Checkpointing checkpointing,
      Progress progress) {
    set_num_threads(settings.threads());
    return NativeScope.call(
        () -> new FineTuning(model, data, settings, checkpointing, progress).run());
  }
}
