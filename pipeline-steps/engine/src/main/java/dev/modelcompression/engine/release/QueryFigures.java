package dev.modelcompression.engine.release;

import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus said. Its numbers come without bounds: they are taken as they are.
 *
 * @param candidate NaN when there is none
 * @param baseline NaN when there is none
 * @param missing why one of them is not there
 */
record QueryFigures(double baseline, double candidate, String missing) implements Figures {
  static QueryFigures of(@Nullable Answers answers) {
    if (answers == null) {
      return new QueryFigures(Double.NaN, Double.NaN, "was not asked");
    }
    var baseline = answers.baseline();
    String missing =
        answers.candidate().failure() != null
            ? "Prometheus gave no value for the candidate: " + answers.candidate().failure()
            : baseline == null
                ? "the baseline was not asked"
                : baseline.failure() != null
                    ? "Prometheus gave no value for the baseline: " + baseline.failure()
                    : "the value of the baseline is 0";
    return new QueryFigures(value(baseline), value(answers.candidate()), missing);
  }

  private static double value(@Nullable Answer answer) {
    Double value = answer == null ? null : answer.value();
    return value == null ? Double.NaN : value;
  }

  @Override
  public long samples() {
    return Double.isNaN(candidate) ? 0 : 1;
  }

  @Override
  public Interval value(double alpha) {
    return known(candidate);
  }

  @Override
  public Interval drop(double alpha) {
    return known(baseline - candidate);
  }

  @Override
  public Interval ratio(double alpha) {
    return known(baseline == 0 ? Double.NaN : candidate / baseline);
  }

  @Override
  public Unit unit() {
    return Unit.PLAIN;
  }

  private static Interval known(double value) {
    return Double.isFinite(value) ? Interval.exactly(value) : Interval.UNKNOWN;
  }
}
