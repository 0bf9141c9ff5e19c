package dev.modelcompression.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.report.Samples;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSpansTest {
  private static final ObjectMeta NET =
      new ObjectMetaBuilder().withName("net").withNamespace("team").withUid("uid-1").build();
  private static final Instant NOW = Instant.parse("2026-11-22T07:00:00Z");
  private static final String RUN = "fedcba9876543210-1";

  @Test
  void anAttemptIsASpanWithTheTimesOfTheCluster() {
    StepStatus killed = Samples.failed("prune", 1, 2, Reason.STEP_OOM, "too big");
    RunSpan span = attempt(killed);
    assertThat(span.name()).isEqualTo("prune");
    assertThat(span.start()).isEqualTo(Instant.parse(Samples.START));
    assertThat(span.end()).isEqualTo(Instant.parse(Samples.END));
    assertThat(span.error()).isEqualTo("too big");
    assertThat(span.attributes())
        .containsEntry("k8s.namespace.name", "team")
        .containsEntry("modelcompression.name", "net")
        .containsEntry("modelcompression.step", "prune")
        .containsEntry("modelcompression.trial", 1)
        .containsEntry("modelcompression.attempt", 2)
        .containsEntry("modelcompression.result", "StepOOM");
    assertThat(attempt(Samples.done("prune", 1, 3)).error()).isNull();
  }

  @Test
  void theRunIsTheRootOfItsAttempts() {
    StepStatus last = Samples.done("evaluate", 1, 1);
    List<RunSpan> spans =
        RunSpans.between(
            NET,
            Samples.running(RUN),
            Samples.ended(RUN, Reason.SUCCEEDED, List.of(), last),
            List.of(last),
            NOW);
    RunSpan step = spans.get(0);
    RunSpan root = spans.get(1);
    assertThat(spans).hasSize(2);
    assertThat(root.parentId()).isNull();
    assertThat(root.error()).isNull();
    assertThat(root.end()).isEqualTo(Instant.parse(Samples.END));
    assertThat(step.parentId()).isEqualTo(root.spanId());
    assertThat(step.traceId()).isEqualTo(root.traceId()).matches("[0-9a-f]{32}");
    assertThat(step.spanId()).isNotEqualTo(root.spanId()).matches("[0-9a-f]{16}");
  }

  /** Whoever makes a span, before or after a crash, makes the same one. */
  @Test
  void idsTellSpansApartAndNothingElse() {
    assertThat(attempt(Samples.done("prune", 1, 1)))
        .isEqualTo(attempt(Samples.done("prune", 1, 1)));
    assertThat(
            List.of(
                attempt(Samples.done("prune", 1, 1)).spanId(),
                attempt(Samples.done("prune", 1, 2)).spanId(),
                attempt(Samples.done("prune", 2, 1)).spanId(),
                attempt(Samples.done("evaluate", 1, 1)).spanId()))
        .doesNotHaveDuplicates();
    assertThat(attempt("another-2", Samples.done("prune", 1, 1)).traceId())
        .isNotEqualTo(attempt(Samples.done("prune", 1, 1)).traceId());
  }

  @Test
  void anEditEndsTheRunThatWasAtWork() {
    List<RunSpan> spans =
        RunSpans.between(NET, Samples.running(RUN), Samples.running("another-2"), List.of(), NOW);
    assertThat(spans)
        .singleElement()
        .satisfies(
            root -> {
              assertThat(root.attributes())
                  .containsEntry("modelcompression.result", "RunSuperseded");
              assertThat(root.end()).isEqualTo(NOW);
              assertThat(root.traceId()).isEqualTo(attempt(Samples.done("prune", 1, 1)).traceId());
            });
  }

  @Test
  void aFailureToFindTheInputsIsATraceToo() {
    StepStatus inputs = Samples.failed("inputs", 0, 1, Reason.BAD_INPUT, "no such file");
    ModelCompressionStatus after = Samples.ended(null, Reason.BAD_INPUT, List.of(), inputs);
    List<RunSpan> spans = RunSpans.between(NET, Samples.running(null), after, List.of(inputs), NOW);
    assertThat(spans).hasSize(2).extracting(RunSpan::traceId).containsOnly(spans.get(0).traceId());
    assertThat(spans.get(1).error()).isEqualTo("so it is");
  }

  @Test
  void nothingEndsBetweenAStatusAndItself() {
    ModelCompressionStatus end = Samples.ended(RUN, Reason.SUCCEEDED, List.of());
    assertThat(RunSpans.between(NET, end, end, List.of(), NOW)).isEmpty();
  }

  private static RunSpan attempt(StepStatus step) {
    return attempt(RUN, step);
  }

  private static RunSpan attempt(String run, StepStatus step) {
    return RunSpans.between(
            NET, Samples.running(run), Samples.running(run, step), List.of(step), NOW)
        .get(0);
  }
}
