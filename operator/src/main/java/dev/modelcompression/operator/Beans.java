package dev.modelcompression.operator;

import dev.modelcompression.operator.release.ReleaseMetrics;
import dev.modelcompression.operator.release.Verdicts;
import dev.modelcompression.operator.release.decide.Judge;
import dev.modelcompression.operator.report.RunMetrics;
import dev.modelcompression.operator.trace.OtlpTraces;
import dev.modelcompression.operator.trace.Traces;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What the framework cannot make by itself. */
final class Beans {
  private static final String EVENTS = "events.received";
  private static final String ACTION = "action";

  @Produces
  @Singleton
  Settings settings(OperatorConfig config) {
    return config.settings();
  }

  @Produces
  @Singleton
  RunMetrics metrics(MeterRegistry registry) {
    return new RunMetrics(registry);
  }

  @Produces
  @Singleton
  ReleaseMetrics releaseMetrics(MeterRegistry registry) {
    return new ReleaseMetrics(registry);
  }

  @Produces
  @Singleton
  Judge judge() {
    return new Verdicts();
  }

  /** The extension asks for its own before it has a registry, and then counts nothing. */
  @Produces
  @Singleton
  Metrics frameworkMetrics(MeterRegistry registry) {
    return MicrometerMetricsV2.newBuilder(registry).build();
  }

  /**
   * The framework tells the action of events about compressions only, and Prometheus takes only
   * series of one name that have the same tags.
   */
  @Produces
  @Singleton
  MeterFilter eventsWithoutAction() {
    return new MeterFilter() {
      @Override
      public Meter.Id map(Meter.Id id) {
        return id.getName().equals(EVENTS) && id.getTag(ACTION) == null
            ? id.withTag(Tag.of(ACTION, "NONE"))
            : id;
      }
    };
  }

  /** Off unless an endpoint is set. */
  @Produces
  @Singleton
  Traces traces() {
    return OtlpTraces.of(System.getenv());
  }

  void close(@Disposes Traces traces) {
    traces.close();
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }
}
