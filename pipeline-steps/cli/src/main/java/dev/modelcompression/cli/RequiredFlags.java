package dev.modelcompression.cli;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.contract.Artifact;
import java.util.Set;

/** Flags that a step's command needs because of its other flags; told before any work is done. */
final class RequiredFlags {
  private RequiredFlags() {}

  /**
   * Checks what was given.
   *
   * @param models names of the models given
   * @param datasets names of the data sets given
   * @throws IllegalArgumentException a flag is missing; says which and why
   */
  static void check(StepSettings settings, Set<String> models, Set<String> datasets) {
    if (settings instanceof QuantizeSettings quantize) {
      require(
          quantize.mode() == QuantizeSettings.Mode.DYNAMIC
              || datasets.contains(Datasets.CALIBRATION),
          "--data",
          "--mode Static takes value ranges from samples");
      require(
          quantize.maxAccuracyDrop() == null || datasets.contains(Datasets.TRAINING),
          "--train",
          "--max-accuracy-drop measures on labelled samples");
    } else if (settings instanceof PruneSettings prune) {
      require(
          prune.importance() != PruneSettings.Importance.TAYLOR
              || datasets.contains(Datasets.TRAINING),
          "--train",
          "--importance Taylor needs gradients on labelled samples");
    } else if (settings instanceof FineTuneSettings fineTune) {
      require(
          fineTune.distillation() == null || models.contains(Artifact.ORIGINAL),
          "--teacher",
          "--distillation-... needs a model that teaches");
    }
  }

  private static void require(boolean given, String flag, String why) {
    if (!given) {
      throw new IllegalArgumentException(flag + " is missing: " + why);
    }
  }
}
