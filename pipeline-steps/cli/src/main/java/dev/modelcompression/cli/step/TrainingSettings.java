package dev.modelcompression.cli.step;

import dev.modelcompression.api.FineTuneSettings.Augmentation;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.training.Distillation;
import dev.modelcompression.training.FineTuneSettings;
import java.util.List;

/** Says to the trainer what the spec says. */
final class TrainingSettings {
  private static final int MAX_SHIFT = 64;

  private TrainingSettings() {}

  static FineTuneSettings of(
      dev.modelcompression.api.FineTuneSettings spec, Dataset data, long seed, int threads) {
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
            .augmentation(augmentation(spec.augmentation(), data))
            .keepZeros(true)
            .seed(seed)
            .threads(threads);
    if (spec.distillation() != null) {
      builder.distillation(
          new Distillation(spec.distillation().temperature(), spec.distillation().alpha()));
    }
    return builder.build();
  }

  /**
   * A random crop moves by an eighth of the shorter side of the image, the last two axes of a
   * sample.
   */
  private static dev.modelcompression.training.Augmentation augmentation(
      List<Augmentation> asked, Dataset data) {
    int shift = 0;
    if (asked.contains(Augmentation.RANDOM_CROP)) {
      long side =
          data.features().values().stream()
              .map(Dataset.Feature::sampleShape)
              .filter(shape -> shape.length == 3)
              .mapToLong(shape -> Math.min(shape[1], shape[2]))
              .min()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "fineTune.augmentation: RandomCrop needs images [C, H, W], found none in the training data"));
      shift = (int) Math.max(1, Math.min(MAX_SHIFT, side / 8));
    }
    return new dev.modelcompression.training.Augmentation(
        asked.contains(Augmentation.HORIZONTAL_FLIP), shift);
  }
}
