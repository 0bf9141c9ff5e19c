package dev.modelcompression.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.decide.Statuses;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final RunMetrics metrics = new RunMetrics(registry);

  @Test
  void countsAttemptsThatAreTriedAgainAtOnce() {
    StepStatus killed = Samples.failed("prune", 1, 1, Reason.STEP_OOM, "too big");
    metrics.changed(
        Samples.running("r-1", Samples.step("prune", 1, 1)),
        Samples.running("r-1", Samples.step("prune", 1, 2)),
        List.of(killed));
    assertThat(attempts("StepOOM")).isOne();
    assertThat(
            registry
                .get("modelcompression.step.duration")
                .tag("result", "StepOOM")
                .timer()
                .totalTime(TimeUnit.SECONDS))
        .isEqualTo(90);
  }

  @Test
  void countsNothingWhenNothingEnded() {
    ModelCompressionStatus status = Samples.running("r-1", Samples.done("prune", 1, 1));
    metrics.changed(status, status, List.of());
    assertThat(registry.getMeters())
        .allSatisfy(meter -> assertThat(((Counter) meter).count()).isZero());
  }

  /** Asked anew each time: what is deleted is not counted any more. */
  @Test
  void tellsHowManyAreInEachPhase() {
    List<ModelCompressionStatus> all = new ArrayList<>();
    metrics.phases(all::stream);
    assertThat(tags("modelcompression.compressions", "phase"))
        .contains("Pending", "Queued", "Running", "Suspended", "Succeeded", "Failed");
    assertThat(compressions("Running")).isZero();
    all.add(Samples.running("r-1", Samples.step("prune", 1, 1)));
    all.add(Statuses.NONE);
    assertThat(compressions("Running")).isOne();
    assertThat(compressions("Pending")).isOne();
    all.clear();
    assertThat(compressions("Running")).isZero();
  }

  private double compressions(String phase) {
    return registry.get("modelcompression.compressions").tag("phase", phase).gauge().value();
  }

  /** Prometheus sees no increase in a series that begins with 1. */
  @Test
  void everyEndIsThereBeforeItComes() {
    assertThat(tags("modelcompression.runs", "reason"))
        .isEqualTo(tags("modelcompression.step.attempts", "result"))
        .contains("Succeeded", "StepOOM", "ImagePullFailed", "PodStartFailed")
        .contains("PodAdmissionFailed", "ResultInvalid", "GateFailed")
        .doesNotContain("StepRunning", "Suspended", "Queued", "StepSucceeded");
  }

  @Test
  void countsARunAndItsGatesOnce() {
    StepStatus last = Samples.done("evaluate", 1, 1);
    ModelCompressionStatus before = Samples.running("r-1", Samples.step("evaluate", 1, 1));
    ModelCompressionStatus after =
        Samples.ended(
            "r-1",
            Reason.GATE_FAILED,
            List.of(
                Samples.gate(Metric.TOP1, "maxDrop", false),
                Samples.gate(Metric.SIZE_BYTES, "maxRatio", true)),
            last);
    metrics.changed(before, after, List.of(last));
    metrics.changed(after, after, List.of());
    assertThat(registry.get("modelcompression.runs").tag("reason", "GateFailed").counter().count())
        .isOne();
    assertThat(gates("top1", "false")).isOne();
    assertThat(gates("sizeBytes", "true")).isOne();
    assertThat(attempts("Succeeded")).isOne();
  }

  @Test
  void aRunThatStartsAndEndsAtOnceCounts() {
    metrics.changed(
        Samples.ended("r-1", Reason.SUCCEEDED, List.of()),
        Samples.ended("r-2", Reason.SUCCEEDED, List.of()),
        List.of());
    assertThat(registry.get("modelcompression.runs").tag("reason", "Succeeded").counter().count())
        .isOne();
  }

  @Test
  void tellsWhetherThisReplicaActs() {
    boolean[] leads = {false};
    metrics.leader(() -> leads[0]);
    assertThat(registry.get("modelcompression.leader").gauge().value()).isZero();
    leads[0] = true;
    assertThat(registry.get("modelcompression.leader").gauge().value()).isOne();
  }

  private Set<String> tags(String name, String tag) {
    return registry.find(name).meters().stream()
        .map(meter -> meter.getId().getTag(tag))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private double attempts(String result) {
    return registry.get("modelcompression.step.attempts").tag("result", result).counter().count();
  }

  private double gates(String metric, String passed) {
    return registry
        .get("modelcompression.gates")
        .tag("metric", metric)
        .tag("passed", passed)
        .counter()
        .count();
  }
}
