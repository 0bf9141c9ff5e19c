package dev.modelcompression.serving;

import dev.modelcompression.serving.Metrics.Protocol;
import dev.modelcompression.serving.infer.Answer;
import dev.modelcompression.serving.infer.RequestException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Counts requests and traces them. */
@Singleton
public class Telemetry {
  private final Metrics metrics;
  private final Traces traces;

  @Inject
  Telemetry(Metrics metrics, Traces traces) {
    this.metrics = metrics;
    this.traces = traces;
  }

  /**
   * A request was answered with tensors.
   *
   * @param parent its {@code traceparent}, if it has one
   * @param started when its last byte was there, by {@link System#nanoTime}
   */
  public void answered(Protocol protocol, @Nullable String parent, long started, Answer answer) {
    long nanos = System.nanoTime() - started;
    metrics.answered(protocol, nanos, answer);
    traces.answered(protocol, parent, nanos, answer);
  }

  /** A request was answered with an error; else as {@link #answered}. */
  public void refused(
      Protocol protocol, @Nullable String parent, long started, RequestException reason) {
    metrics.refused(protocol, reason.reason());
    traces.refused(protocol, parent, System.nanoTime() - started, reason);
  }
}
