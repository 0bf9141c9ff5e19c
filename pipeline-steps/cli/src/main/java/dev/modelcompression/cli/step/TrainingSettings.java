package dev.modelcompression.cli.step;

import dev.modelcompression.training.Distillation;
import dev.modelcompression.training.FineTuneSettings;

/** Says to the trainer what the spec says. */
final class TrainingSettings {
  private TrainingSettings() {}

  static FineTuneSettings of(
      dev.modelcompression.api.FineTuneSettings spec, long seed, int threads) {
    var builder =
        FineTuneSettings.builder()
            .epochs(spec.epochs())
            .batchSize(spec.batchSize())
            .learningRate(spec.learningRate())
            .optimizer(FineTuneSettings.Optimizer.valueOf(spec.optimizer().name().replace("_", "")))
            .momentum(spec.momentum())
            .weightDecay(spec.weightDecay())
            .schedule(FineTuneSettings.Schedule.valueOf(spec.schedule().name()))
            .warmupEpochs(spec.warmupEpochs())
            .labelSmoothing(spec.labelSmoothing())
            .validationFraction(spec.validationSplit())
            .patience(spec.earlyStoppingPatience())
            .keepZeros(true)
            .seed(seed)
            .threads(threads);
    if (spec.distillation() != null) {
      builder.distillation(
          new Distillation(spec.distillation().temperature(), spec.distillation().alpha()));
    }
    return builder.build();
  }
}
