package dev.modelcompression.engine;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of one trial in the order in which they run.
 *
 * <p>A prune step of n iterations and the fine-tune step after it become n rounds, {@code prune-1,
 * fine-tune-1, prune-2, …}. Every round removes the same share q of what is left, so that the
 * rounds together remove the ratio r: {@code (1 - q)^n = 1 - r}.
 *
 * @param steps in order, with unique names
 */
public record Plan(List<Step> steps) {
  /** The steps of a spec under the settings of a trial. */
  static Plan of(List<Step> declared, Trial trial) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < declared.size(); i++) {
      Step step = trial.apply(declared.get(i));
      if (step.settings() instanceof PruneSettings prune && prune.iterations() > 1) {
        Step fineTune = declared.get(++i);
        addRounds(steps, step, prune, fineTune);
      } else {
        steps.add(step);
      }
    }
    return new Plan(List.copyOf(steps));
  }

  private static void addRounds(
      List<Step> steps, Step prune, PruneSettings settings, Step fineTune) {
    int rounds = settings.iterations();
    double share = 1 - Math.pow(1 - settings.ratio(), 1.0 / rounds);
    for (int round = 1; round <= rounds; round++) {
      steps.add(prune.with(prune.name() + "-" + round, settings.withRatio(share, 1)));
      steps.add(fineTune.with(fineTune.name() + "-" + round, fineTune.settings()));
    }
  }

  /** Whether a step looks at the original model besides the one it works on. */
  static boolean needsOriginal(Step step) {
    return switch (step.type()) {
      case EVALUATE, CUSTOM -> true;
      case FINE_TUNE -> ((FineTuneSettings) step.settings()).distillation() != null;
      default -> false;
    };
  }

  /** Whether a step looks at the data set of that use. */
  static boolean needsDataset(Step step, String dataset) {
    return switch (step.type()) {
      case OPTIMIZE -> false;
      case ANALYZE -> dataset.equals(Datasets.CALIBRATION);
      case PRUNE ->
          dataset.equals(Datasets.TRAINING)
              && ((PruneSettings) step.settings()).importance() == PruneSettings.Importance.TAYLOR;
      case FINE_TUNE -> dataset.equals(Datasets.TRAINING);
      case QUANTIZE -> quantizeNeeds((QuantizeSettings) step.settings(), dataset);
      case EVALUATE -> dataset.equals(Datasets.EVALUATION);
      case CUSTOM -> true;
    };
  }

  private static boolean quantizeNeeds(QuantizeSettings settings, String dataset) {
    return switch (dataset) {
      case Datasets.CALIBRATION -> settings.mode() == QuantizeSettings.Mode.STATIC;
      case Datasets.TRAINING -> settings.maxAccuracyDrop() != null;
      default -> false;
    };
  }
}
