package dev.modelcompression.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The outcome of a run in one sentence, for somebody who reads nothing else. */
final class Summary {
  /** Ratios nearer to one than this are no change worth a word. */
  static final double UNCHANGED = 0.03;

  private Summary() {}

  static String of(
      Verdict verdict,
      List<Gate> gates,
      Map<String, Double> ratios,
      Map<String, Double> differences,
      List<Stage> stages) {
    if (verdict == Verdict.Incomplete) {
      return incomplete(stages);
    }
    String change = change(ratios, differences);
    long failed = gates.stream().filter(gate -> !gate.passed()).count();
    String judged;
    if (gates.isEmpty()) {
      judged = "No gate was set.";
    } else if (failed == 0) {
      judged =
          gates.size() == 1 ? "It passes its gate." : "It passes all " + gates.size() + " gates.";
    } else {
      judged = "It misses " + failed + " of " + count(gates.size(), "gate") + ".";
    }
    String kept =
        verdict == Verdict.BestEffort ? " No trial did better: this is the closest one." : "";
    return change + " " + judged + kept;
  }

  private static String incomplete(List<Stage> stages) {
    Optional<Stage> failed =
        stages.stream().filter(stage -> stage.state() == Stage.State.Failed).reduce((a, b) -> b);
    return failed
        .map(
            stage ->
                "The run stopped at step "
                    + stage.name()
                    + ", so there is no result to judge."
                    + stage.notes().stream().findFirst().map(note -> " " + note).orElse(""))
        .orElse("The run did not finish, so there is no result to judge.");
  }

  private static String change(Map<String, Double> ratios, Map<String, Double> differences) {
    var parts = new ArrayList<String>();
    Optional.ofNullable(ratios.get(Metric.SIZE.ratioKey()))
        .ifPresent(ratio -> parts.add(factor(ratio, "smaller", "larger", "as large")));
    Optional.ofNullable(ratios.get(Metric.LATENCY_P50.ratioKey()))
        .ifPresent(ratio -> parts.add(factor(ratio, "faster", "slower", "as fast")));
    String accuracy =
        Optional.ofNullable(differences.get(Metric.TOP1.ratioKey()))
            .map(Summary::accuracy)
            .orElse("");
    if (parts.isEmpty()) {
      return accuracy.isEmpty()
          ? "The result could not be compared."
          : "The result has " + accuracy + ".";
    }
    String model = "The model is " + String.join(" and ", parts);
    return accuracy.isEmpty() ? model + "." : model + ", with " + accuracy + ".";
  }

  /** A ratio as people say it: 0.25 of the size is "4.0× smaller". */
  static String factor(double ratio, String less, String more, String same) {
    if (Math.abs(ratio - 1) < UNCHANGED) {
      return same;
    }
    double factor = ratio < 1 ? 1 / ratio : ratio;
    return times(factor) + " " + (ratio < 1 ? less : more);
  }

  static String times(double factor) {
    return String.format(Locale.ROOT, factor < 10 ? "%.1f\u00d7" : "%.0f\u00d7", factor);
  }

  private static String accuracy(double difference) {
    String points =
        String.format(Locale.ROOT, "%.2f percentage points", Math.abs(difference) * 100);
    if (Math.abs(difference) < 0.00005) {
      return "the same top-1 accuracy";
    }
    return points + (difference < 0 ? " less" : " more") + " top-1 accuracy";
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
