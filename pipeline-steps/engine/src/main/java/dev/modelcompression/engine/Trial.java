package dev.modelcompression.engine;

import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.QuantizeSettings.Calibrator;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.ContractJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the settings of one trial differ from those of the spec.
 *
 * @param pruneScale factor on every prune ratio
 * @param dropScale factor on every {@code maxAccuracyDrop}
 * @param calibrator how many calibrators further than the declared one, in the order declared,
 *     Entropy, Percentile, MSE, MinMax
 */
public record Trial(double pruneScale, double dropScale, int calibrator) {
  /** The spec as it is written. */
  public static final Trial AS_DECLARED = new Trial(1, 1, 0);

  private static final double GENTLER = 0.75;
  private static final double STRONGER = 1.25;
  private static final double MIN_RATIO = 0.01;
  private static final double MAX_RATIO = 0.95;
  private static final List<Calibrator> CALIBRATORS =
      List.of(Calibrator.ENTROPY, Calibrator.PERCENTILE, Calibrator.MSE, Calibrator.MIN_MAX);

  /** What a finished trial tells about the direction to go. */
  enum Outcome {
    /** Accuracy was lost: be gentler. */
    QUALITY_FAILED,
    /** Too large or too slow, but accurate: be stronger. */
    COST_FAILED,
    /** Inaccurate and too large or too slow: only another strategy can help. */
    BOTH_FAILED
  }

  /** A trial that has ended, and what came of it. */
  record Ended(Trial trial, Outcome outcome) {}

  /**
   * What to try after the trials that have failed: nothing when no setting is left to change, or
   * the same has been tried.
   *
   * @param declared steps of the spec
   * @param ended trials in the order in which they ran, at least one
   */
  static Optional<Trial> next(List<Step> declared, List<Ended> ended) {
    Ended last = ended.get(ended.size() - 1);
    Trial next =
        switch (last.outcome()) {
          case QUALITY_FAILED ->
              new Trial(scale(ended, GENTLER), last.trial.dropScale / 2, last.trial.calibrator + 1);
          case COST_FAILED ->
              new Trial(scale(ended, STRONGER), last.trial.dropScale * 2, last.trial.calibrator);
          case BOTH_FAILED ->
              new Trial(last.trial.pruneScale, last.trial.dropScale, last.trial.calibrator + 1);
        };
    List<Step> steps = declared.stream().map(next::apply).toList();
    boolean tried =
        ended.stream()
            .anyMatch(other -> declared.stream().map(other.trial::apply).toList().equals(steps));
    return tried ? Optional.empty() : Optional.of(next);
  }

  /** Halfway between what was too strong and what was gentle enough, once both are known. */
  private static double scale(List<Ended> ended, double step) {
    double last = ended.get(ended.size() - 1).trial.pruneScale;
    List<Double> gentleEnough = new ArrayList<>();
    List<Double> tooStrong = new ArrayList<>();
    for (Ended other : ended) {
      if (other.outcome == Outcome.COST_FAILED) {
        gentleEnough.add(other.trial.pruneScale);
      } else if (other.outcome == Outcome.QUALITY_FAILED) {
        tooStrong.add(other.trial.pruneScale);
      }
    }
    if (gentleEnough.isEmpty() || tooStrong.isEmpty()) {
      return last * step;
    }
    double low = gentleEnough.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    double high = tooStrong.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    return (low + high) / 2;
  }

  /** A step of the spec with the settings of this trial. */
  Step apply(Step step) {
    if (step.settings() instanceof PruneSettings prune && prune.pattern() == null) {
      double ratio = Math.max(MIN_RATIO, Math.min(MAX_RATIO, prune.ratio() * pruneScale));
      return pruneScale == 1
          ? step
          : step.with(step.name(), prune.withRatio(rounded(ratio), prune.iterations()));
    }
    if (step.settings() instanceof QuantizeSettings quantize) {
      return step.with(step.name(), apply(quantize));
    }
    return step;
  }

  private QuantizeSettings apply(QuantizeSettings declared) {
    QuantizeSettings settings = declared;
    if (declared.mode() == QuantizeSettings.Mode.STATIC) {
      List<Calibrator> order = new ArrayList<>(CALIBRATORS);
      order.remove(declared.calibrator());
      order.add(0, declared.calibrator());
      settings = settings.withCalibrator(order.get(calibrator % order.size()));
    }
    Double drop = declared.maxAccuracyDrop();
    return drop == null || dropScale == 1
        ? settings
        : settings.withMaxAccuracyDrop(Math.min(1, rounded(drop * dropScale)));
  }

  /** Says in words what differs from the spec. */
  public String describe(List<Step> declared) {
    List<String> changes = new ArrayList<>();
    for (Step step : declared) {
      if (step.type() == StepType.PRUNE && apply(step).settings() instanceof PruneSettings prune) {
        changes.add(step.name() + " ratio " + prune.ratio());
      }
      if (apply(step).settings() instanceof QuantizeSettings quantize) {
        changes.add(
            step.name()
                + " calibrator "
                + ContractJson.tree(quantize.calibrator()).asText()
                + (quantize.maxAccuracyDrop() == null
                    ? ""
                    : ", maxAccuracyDrop " + quantize.maxAccuracyDrop()));
      }
    }
    return equals(AS_DECLARED) ? "settings as declared" : String.join("; ", changes);
  }

  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
