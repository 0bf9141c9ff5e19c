package dev.modelcompression.serving;

import dev.modelcompression.serving.Metrics.Protocol;
import dev.modelcompression.serving.infer.Answer;
import dev.modelcompression.serving.infer.RequestException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a span per request to an OpenTelemetry collector, where the variables of OpenTelemetry name
 * one. Spans are made when the answer is known.
 */
@Singleton
public class Traces {
  private static final List<String> ENDPOINTS =
      List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

  /** What holds where no variable says otherwise. Only spans are sent. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", ServerInfo.NAME,
          "otel.exporter.otlp.protocol", "http/protobuf",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none");

  private static final AttributeKey<String> MODEL =
      AttributeKey.stringKey("modelcompression.model");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("modelcompression.model.version");
  private static final AttributeKey<String> PROTOCOL =
      AttributeKey.stringKey("modelcompression.protocol");
  private static final AttributeKey<Long> BATCH_ROWS =
      AttributeKey.longKey("modelcompression.batch.rows");
  private static final AttributeKey<Double> WAITED_MS =
      AttributeKey.doubleKey("modelcompression.queue.ms");
  private static final AttributeKey<Double> RAN_MS =
      AttributeKey.doubleKey("modelcompression.run.ms");

  private static final long FAREWELL_SECONDS = 3;
  private static final double NANOS_PER_MS = 1e6;

  private static final TextMapGetter<String> PARENT =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
          return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals("traceparent") ? carrier : null;
        }
      };

  private final Settings settings;
  private final @Nullable OpenTelemetrySdk sdk;
  private final @Nullable Tracer tracer;

  @Inject
  Traces(Settings settings) {
    this(settings, System.getenv());
  }

  Traces(Settings settings, Map<String, String> environment) {
    this.settings = settings;
    if (ENDPOINTS.stream().allMatch(name -> environment.getOrDefault(name, "").isBlank())) {
      sdk = null;
      tracer = null;
    } else {
      sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .addPropertiesSupplier(() -> DEFAULTS)
              .disableShutdownHook()
              .build()
              .getOpenTelemetrySdk();
      tracer = sdk.getTracer("dev.modelcompression.serving");
    }
  }

  /**
   * Sends the span of a request that was answered with tensors.
   *
   * @param parent the request's {@code traceparent}, if it has one
   * @param nanos how long it took until now
   */
  public void answered(Protocol protocol, @Nullable String parent, long nanos, Answer answer) {
    var begun = begin(protocol, parent, nanos);
    if (begun != null) {
      begun
          .setAttribute(BATCH_ROWS, answer.batchRows())
          .setAttribute(WAITED_MS, answer.waitedNanos() / NANOS_PER_MS)
          .setAttribute(RAN_MS, answer.ranNanos() / NANOS_PER_MS)
          .end();
    }
  }

  /** Sends the span of a request that was answered with an error. */
  public void refused(
      Protocol protocol, @Nullable String parent, long nanos, RequestException reason) {
    var begun = begin(protocol, parent, nanos);
    if (begun != null) {
      begun.setStatus(StatusCode.ERROR, String.valueOf(reason.getMessage())).end();
    }
  }

  /** Waits a little for a collector, and not for one that is away. */
  void stop(@Observes @Priority(2000) ShutdownEvent event) {
    if (sdk != null) {
      sdk.getSdkTracerProvider().shutdown().join(FAREWELL_SECONDS, TimeUnit.SECONDS);
    }
  }

  private @Nullable Span begin(Protocol protocol, @Nullable String parent, long nanos) {
    if (tracer == null) {
      return null;
    }
    var context =
        parent == null
            ? Context.root()
            : W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, PARENT);
    return tracer
        .spanBuilder("infer " + settings.modelName())
        .setParent(context)
        .setSpanKind(SpanKind.SERVER)
        .setStartTimestamp(Instant.now().minusNanos(nanos))
        .setAttribute(MODEL, settings.modelName())
        .setAttribute(VERSION, settings.modelVersion())
        .setAttribute(PROTOCOL, protocol.name())
        .startSpan();
  }
}
