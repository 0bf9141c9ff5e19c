package dev.modelcompression.operator.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends spans to an OpenTelemetry collector over HTTP. It is set up by the variables that
 * OpenTelemetry defines, {@code OTEL_EXPORTER_OTLP_ENDPOINT} before all.
 */
public final class OtlpTraces implements Traces {
  private static final List<String> ENDPOINTS =
      List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

  /** What holds where no variable says otherwise. Only spans are sent. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", "model-compression-operator",
          "otel.exporter.otlp.protocol", "http/protobuf",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none",
          "otel.bsp.schedule.delay", "1000");

  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private static final RunSpan NONE =
      new RunSpan("", "", null, "", Instant.EPOCH, Instant.EPOCH, null, Map.of());

  private final Ids ids = new Ids();
  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;

  /**
   * Connects at the first span.
   *
   * @param settings go before the defaults, and behind environment variables
   */
  OtlpTraces(Map<String, String> settings) {
    sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> DEFAULTS)
            .addPropertiesSupplier(() -> settings)
            .addTracerProviderCustomizer((provider, config) -> provider.setIdGenerator(ids))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    tracer = sdk.getTracer("dev.modelcompression.operator");
  }

  /** Traces as the environment wants them: none, if it names no endpoint. */
  public static Traces of(Map<String, String> environment) {
    return ENDPOINTS.stream().allMatch(name -> environment.getOrDefault(name, "").isBlank())
        ? OFF
        : new OtlpTraces(Map.of());
  }

  @Override
  public synchronized void send(List<RunSpan> spans) {
    spans.forEach(this::send);
  }

  private void send(RunSpan span) {
    ids.next = span;
    SpanBuilder builder = tracer.spanBuilder(span.name()).setStartTimestamp(span.start());
    if (span.parentId() == null) {
      builder.setNoParent();
    } else {
      SpanContext parent =
          SpanContext.createFromRemoteParent(
              span.traceId(), span.parentId(), TraceFlags.getSampled(), TraceState.getDefault());
      builder.setParent(Context.root().with(Span.wrap(parent)));
    }
    span.attributes()
        .forEach(
            (name, value) -> {
              if (value instanceof Number number) {
                builder.setAttribute(name, number.longValue());
              } else {
                builder.setAttribute(name, value.toString());
              }
            });
    Span begun = builder.startSpan();
    if (span.error() != null) {
      begun.setStatus(StatusCode.ERROR, span.error());
    }
    begun.end(span.end());
  }

  /** Waits a little for a collector, and not for one that is away. */
  @Override
  public void close() {
    sdk.getSdkTracerProvider().shutdown().join(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The ids of the span that is being made, in place of random ones. */
  private static final class Ids implements IdGenerator {
    private RunSpan next = NONE;

    @Override
    public String generateSpanId() {
      return next.spanId();
    }

    @Override
    public String generateTraceId() {
      return next.traceId();
    }
  }
}
