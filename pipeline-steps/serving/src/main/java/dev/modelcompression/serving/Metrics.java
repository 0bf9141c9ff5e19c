package dev.modelcompression.serving;

import dev.modelcompression.serving.infer.Answer;
import dev.modelcompression.serving.infer.Engine;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;

/** What is counted and timed, per model; docs/serving.md describes it for users. */
@Singleton
public class Metrics {
  private static final String PREFIX = "modelcompression.server.";

  /** From 0.1 ms to 1 s, so that a p99 is known to a fifth or better where models mostly are. */
  private static final Duration[] BUCKETS =
      DoubleStream.of(
              0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 70,
              100, 150, 200, 300, 500, 700, 1000, 2000, 5000)
          .mapToObj(ms -> Duration.ofNanos(Math.round(ms * 1e6)))
          .toArray(Duration[]::new);

  /** How requests came in. */
  public enum Protocol {
    REST,
    GRPC
  }

  /** What is measured of the requests of one protocol. */
  private record PerProtocol(Timer duration, Counter ok, Map<Reason, Counter> failed) {}

  private final Map<Protocol, PerProtocol> protocols = new EnumMap<>(Protocol.class);
  private final Timer queue;
  private final Timer run;
  private final DistributionSummary batchRows;

  @Inject
  Metrics(MeterRegistry registry, Settings settings, Server server) {
    var tags = Tags.of("model", settings.modelName(), "version", settings.modelVersion());
    for (Protocol protocol : Protocol.values()) {
      var own = tags.and("protocol", protocol.name().toLowerCase(Locale.ROOT));
      Map<Reason, Counter> failed = new EnumMap<>(Reason.class);
      for (Reason reason : Reason.values()) {
        failed.put(reason, requests(registry, own, reason.name().toLowerCase(Locale.ROOT)));
      }
      protocols.put(
          protocol,
          new PerProtocol(
              timer("request.duration", "From a request's last byte to its answer's.")
                  .tags(own)
                  .register(registry),
              requests(registry, own, "ok"),
              failed));
    }
    queue = timer("queue.duration", "How long requests waited.").tags(tags).register(registry);
    run = timer("run.duration", "How long runs of the model took.").tags(tags).register(registry);
    batchRows =
        DistributionSummary.builder(PREFIX + "batch.rows")
            .description("Rows of the run that a request was part of.")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
            .tags(tags)
            .register(registry);
    Gauge.builder(
            PREFIX + "queue.requests",
            server,
            each -> each.engine().map(Engine::waiting).orElse(0).doubleValue())
        .description("Requests that wait.")
        .tags(tags)
        .register(registry);
    Gauge.builder(PREFIX + "ready", server, each -> each.ready() ? 1 : 0)
        .description("1 when requests are welcome, else 0.")
        .tags(tags)
        .register(registry);
  }

  /** Counts a request that was answered with tensors. */
  public void answered(Protocol protocol, long nanos, Answer answer) {
    var own = of(protocol);
    own.duration().record(nanos, TimeUnit.NANOSECONDS);
    own.ok().increment();
    queue.record(answer.waitedNanos(), TimeUnit.NANOSECONDS);
    run.record(answer.ranNanos(), TimeUnit.NANOSECONDS);
    batchRows.record((double) answer.batchRows());
  }

  /** Counts a request that was answered with an error. */
  public void refused(Protocol protocol, Reason reason) {
    var counter = of(protocol).failed().get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  private PerProtocol of(Protocol protocol) {
    var own = protocols.get(protocol);
    if (own == null) {
      throw new IllegalArgumentException("no protocol " + protocol);
    }
    return own;
  }

  private static Timer.Builder timer(String name, String description) {
    return Timer.builder(PREFIX + name).description(description).serviceLevelObjectives(BUCKETS);
  }

  private static Counter requests(MeterRegistry registry, Tags tags, String outcome) {
    return Counter.builder(PREFIX + "requests")
        .description("Requests to infer, by how they ended.")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }
}
