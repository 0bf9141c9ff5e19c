package dev.modelcompression.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.training.autograd.NativeScope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Trains on the CPU, with libtorch's autograd over the ONNX graph. */
final class LibtorchTrainer implements Trainer {
  /** As the binding's jar states it; libtorch itself has no function that tells. */
  static String version() {
    return Optional.ofNullable(Tensor.class.getPackage().getImplementationVersion())
        .orElse("unknown");
  }

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
