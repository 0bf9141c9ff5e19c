package dev.modelcompression.runtime.accuracy;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Gives nodes of a quantized model back to float until it is accurate enough, the worst first, and
 * then takes back what turned out not to be needed.
 *
 * <p>Each round gives back twice as many nodes as the one before, so that few rounds suffice for
 * deep models; the second half tries to quantize the least harmful of them again, one by one.
 */
public final class AccuracyRestorer {
  private final Function<Set<String>, Model> quantize;
  private final ToDoubleFunction<Model> accuracy;
  private final int maxTrials;

  /**
   * What came out.
   *
   * @param model the quantized model to go on with
   * @param floatNodes nodes that stay float in it, in the order in which they were given back
   * @param accuracy of the model
   * @param reached whether the accuracy is high enough; if not, this is the best that was found
   * @param trials models that were made and measured
   */
  public record Restored(
      Model model, List<String> floatNodes, double accuracy, boolean reached, int trials) {}

  /**
   * A restorer.
   *
   * @param quantize makes the quantized model in which the given nodes stay float
   * @param accuracy measures a model; higher is better
   * @param maxTrials models to make at most, at least 1
   */
  public AccuracyRestorer(
      Function<Set<String>, Model> quantize, ToDoubleFunction<Model> accuracy, int maxTrials) {
    if (maxTrials < 1) {
      throw new IllegalArgumentException("maxTrials: found " + maxTrials + ", allowed: 1 or more");
    }
    this.quantize = quantize;
    this.accuracy = accuracy;
    this.maxTrials = maxTrials;
  }

  /**
   * Restores the accuracy.
   *
   * @param ranking nodes that may stay float, the most harmful first
   * @param leastAccuracy what the model must reach
   */
  public Restored restore(List<String> ranking, double leastAccuracy, Progress progress) {
    var best = trial(List.of(), leastAccuracy, 1);
    progress.update(1, maxTrials, note(best));
    int given = 1;
    while (!best.reached()
        && best.trials() < maxTrials
        && best.floatNodes().size() < ranking.size()) {
      int count = Math.min(given, ranking.size());
      var next = trial(ranking.subList(0, count), leastAccuracy, best.trials() + 1);
      best = next.reached() || next.accuracy() > best.accuracy() ? next : counted(best, next);
      progress.update(best.trials(), maxTrials, note(next));
      if (count == ranking.size()) {
        break;
      }
      given *= 2;
    }
    return best.reached() ? takeBack(best, leastAccuracy, progress) : best;
  }

  /** Quantizes nodes again while the accuracy allows it, the least harmful first. */
  private Restored takeBack(Restored reached, double leastAccuracy, Progress progress) {
    var best = reached;
    var candidates = new ArrayList<>(reached.floatNodes());
    Collections.reverse(candidates);
    for (String node : candidates) {
      // Nothing is left to take back when the last one is the only one: that was the start.
      if (best.trials() >= maxTrials || best.floatNodes().size() == 1) {
        break;
      }
      var fewer = new ArrayList<>(best.floatNodes());
      fewer.remove(node);
      var next = trial(fewer, leastAccuracy, best.trials() + 1);
      best = next.reached() ? next : counted(best, next);
      progress.update(best.trials(), maxTrials, note(next));
    }
    return best;
  }

  private Restored trial(List<String> floatNodes, double leastAccuracy, int number) {
    var model = quantize.apply(Collections.unmodifiableSet(new LinkedHashSet<>(floatNodes)));
    double found = accuracy.applyAsDouble(model);
    return new Restored(model, List.copyOf(floatNodes), found, found >= leastAccuracy, number);
  }

  private static Restored counted(Restored best, Restored last) {
    return new Restored(
        best.model(), best.floatNodes(), best.accuracy(), best.reached(), last.trials());
  }

  private static String note(Restored trial) {
    return "accuracy %.4f with %d nodes in float"
        .formatted(trial.accuracy(), trial.floatNodes().size());
  }
}
