package dev.modelcompression.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.operator.cluster.TraceReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtlpTracesTest {
  private static final RunSpan ROOT =
      new RunSpan(
          "0123456789abcdef0123456789abcdef",
          "0123456789abcdef",
          null,
          "ModelCompression",
          Instant.ofEpochSecond(1_000),
          Instant.ofEpochSecond(1_100),
          null,
          Map.of("modelcompression.name", "net"));
  private static final RunSpan STEP =
      new RunSpan(
          ROOT.traceId(),
          "fedcba9876543210",
          ROOT.spanId(),
          "prune",
          Instant.ofEpochSecond(1_010),
          Instant.ofEpochSecond(1_020),
          "too big",
          Map.of("modelcompression.attempt", 2, "modelcompression.result", "StepOOM"));

  @Test
  void isOffUnlessAnEndpointIsSet() {
    assertThat(OtlpTraces.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", ""))).isSameAs(Traces.OFF);
  }

  @Test
  void aCollectorGetsWhatWasSent() {
    try (TraceReceiver receiver = new TraceReceiver()) {
      try (Traces traces =
          new OtlpTraces(Map.of("otel.exporter.otlp.endpoint", receiver.endpoint()))) {
        traces.send(List.of(STEP));
        traces.send(List.of(ROOT));
      }
      assertThat(receiver.received())
          .allSatisfy(
              resource ->
                  assertThat(resource.getResource().getAttributesList())
                      .anySatisfy(
                          attribute -> {
                            assertThat(attribute.getKey()).isEqualTo("service.name");
                            assertThat(attribute.getValue().getStringValue())
                                .isEqualTo("model-compression-operator");
                          }));
      assertThat(receiver.spans())
          .extracting(Span::getName)
          .containsExactly("prune", "ModelCompression");
      Span step = receiver.spans().get(0);
      assertThat(TraceReceiver.hex(step.getTraceId())).isEqualTo(STEP.traceId());
      assertThat(TraceReceiver.hex(step.getSpanId())).isEqualTo(STEP.spanId());
      assertThat(TraceReceiver.hex(step.getParentSpanId())).isEqualTo(ROOT.spanId());
      assertThat(step.getStartTimeUnixNano()).isEqualTo(1_010_000_000_000L);
      assertThat(step.getEndTimeUnixNano()).isEqualTo(1_020_000_000_000L);
      assertThat(step.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(step.getStatus().getMessage()).isEqualTo("too big");
      assertThat(step.getAttributesList())
          .anySatisfy(
              attribute -> {
                assertThat(attribute.getKey()).isEqualTo("modelcompression.attempt");
                assertThat(attribute.getValue().getIntValue()).isEqualTo(2);
              });
      Span root = receiver.spans().get(1);
      assertThat(TraceReceiver.hex(root.getTraceId())).isEqualTo(ROOT.traceId());
      assertThat(TraceReceiver.hex(root.getSpanId())).isEqualTo(ROOT.spanId());
      assertThat(root.getParentSpanId().isEmpty()).isTrue();
      assertThat(root.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
    }
  }

  @Test
  void aCollectorThatIsAwayHoldsUpNothing() {
    String nowhere;
    try (TraceReceiver receiver = new TraceReceiver()) {
      nowhere = receiver.endpoint();
    }
    try (Traces traces = new OtlpTraces(Map.of("otel.exporter.otlp.endpoint", nowhere))) {
      traces.send(List.of(STEP, ROOT));
    }
  }
}
