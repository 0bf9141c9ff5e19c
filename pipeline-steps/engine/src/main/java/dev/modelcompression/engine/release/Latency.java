package dev.modelcompression.engine.release;

import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * A quantile of the time of one request in one round. Rounds are not pooled: they are at different
 * weights, and so under different load.
 *
 * @param quantile which one
 * @param pairs samples that both sides answered
 */
record Latency(
    double quantile,
    @Nullable Estimate base,
    @Nullable Estimate time,
    @Nullable Estimate quotient,
    long pairs)
    implements Figures {
  static final double MEDIAN = 0.5;
  static final double TAIL = 0.99;

  static Latency of(
      double quantile,
      ProbeReport report,
      @Nullable Estimate baseline,
      @Nullable Estimate candidate,
      @Nullable Estimate ratio) {
    return new Latency(quantile, baseline, candidate, ratio, report.pairs().count());
  }

  @Override
  public double baseline() {
    return base == null ? Double.NaN : base.value();
  }

  @Override
  public double candidate() {
    return time == null ? Double.NaN : time.value();
  }

  @Override
  public long samples() {
    return pairs;
  }

  @Override
  public String missing() {
    return "no sample was answered by both sides in this round";
  }

  @Override
  public Interval value(double alpha) {
    return interval(time, alpha);
  }

  /** From the bounds of each at half of alpha. */
  @Override
  public Interval drop(double alpha) {
    var from = interval(base, alpha / 2);
    var to = interval(time, alpha / 2);
    return from.isKnown() && to.isKnown()
        ? new Interval(
            from.estimate() - to.estimate(), from.low() - to.high(), from.high() - to.low())
        : Interval.UNKNOWN;
  }

  @Override
  public Interval ratio(double alpha) {
    return interval(quotient, alpha);
  }

  @Override
  public Unit unit() {
    return Unit.MILLIS;
  }

  private Interval interval(@Nullable Estimate estimate, double alpha) {
    return estimate == null
        ? Interval.UNKNOWN
        : Intervals.ofQuantile(estimate.value(), estimate.logError(), quantile, pairs, alpha);
  }
}
