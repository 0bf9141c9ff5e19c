package dev.modelcompression.engine.release;

import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.contract.ProbeReport;

/** What is known of one metric. {@code alpha} is the error of each bound. */
interface Figures {
  /** Figure of the baseline; NaN when there is none. */
  double baseline();

  /** Figure of the candidate; NaN when there is none. */
  double candidate();

  /** How many answers the figures rest on. */
  long samples();

  /** Why there is nothing to compare, for people; only read when an interval is unknown. */
  String missing();

  /** What a limit on the metric itself is about. */
  Interval value(double alpha);

  /** Baseline less candidate. */
  Interval drop(double alpha);

  /** Candidate over baseline. */
  Interval ratio(double alpha);

  /** How numbers of this metric are written. */
  default Unit unit() {
    return Unit.RATE;
  }

  /** More about a limit that is broken, for people; may be empty. */
  default String detail() {
    return "";
  }

  /**
   * Whether the baseline is shown to break an upper limit as well, so that the path to both may be
   * at fault.
   */
  default boolean isBrokenByBaseline(double max, double alpha) {
    return false;
  }

  /** The figures of a metric. */
  static Figures of(ReleaseMetric metric, Evidence pooled, ProbeReport report) {
    if (metric.query() != null) {
      return QueryFigures.of(report.queries().get(metric.name()));
    }
    return switch (metric.name()) {
      case "accuracy" -> new Accuracy(pooled, report.population());
      case "agreement" -> new Agreement(pooled, report.population());
      case "errorRate" -> ErrorRate.of(pooled, report);
      case "latencyP50" ->
          Latency.of(
              Latency.MEDIAN,
              report,
              report.baseline().p50(),
              report.candidate().p50(),
              report.pairs().p50Ratio());
      case "latencyP99" ->
          Latency.of(
              Latency.TAIL,
              report,
              report.baseline().p99(),
              report.candidate().p99(),
              report.pairs().p99Ratio());
      default -> throw new IllegalArgumentException("metric '" + metric.name() + "' needs a query");
    };
  }
}
