package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.GateStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * Counts what ends. Tags are closed lists (reasons, metrics, limits): never a name that a user
 * gives.
 */
public final class RunMetrics {
  private static final String PREFIX = "modelcompression.";

  private final MeterRegistry registry;

  /** Metrics of a registry. */
  public RunMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts what has happened between two statuses. */
  public void changed(ModelCompressionStatus before, ModelCompressionStatus after) {
    for (StepStatus step : after.steps()) {
      boolean ended = step.completionTime() != null;
      if (ended && !before.steps().contains(step) && !isOldNews(before, step)) {
        step(step);
      }
    }
    boolean same = Objects.equals(before.runId(), after.runId()) && before.phase() == after.phase();
    if (after.phase() != null && after.phase().terminal() && !same) {
      Reason reason = after.conditions().get(0).reason();
      registry.counter(PREFIX + "runs", "reason", reason.text()).increment();
      after.gates().forEach(this::gate);
    }
  }

  /** Whether only the numbers that were kept of the step have changed. */
  private static boolean isOldNews(ModelCompressionStatus before, StepStatus step) {
    return before.steps().stream()
        .anyMatch(
            other ->
                other.trial().equals(step.trial())
                    && other.name().equals(step.name())
                    && Objects.equals(other.key(), step.key())
                    && other.attempt().equals(step.attempt())
                    && Objects.equals(other.completionTime(), step.completionTime()));
  }

  private void step(StepStatus step) {
    String result = step.reason() == null ? "Succeeded" : step.reason().text();
    registry.counter(PREFIX + "step.attempts", "result", result).increment();
    if (step.startTime() != null && step.completionTime() != null) {
      Duration took =
          Duration.between(Instant.parse(step.startTime()), Instant.parse(step.completionTime()));
      registry
          .timer(PREFIX + "step.duration", "result", result)
          .record(took.isNegative() ? Duration.ZERO : took);
    }
  }

  private void gate(GateStatus gate) {
    registry
        .counter(
            PREFIX + "gates",
            "metric",
            gate.metric().yamlName(),
            "limit",
            gate.limit(),
            "passed",
            gate.passed().toString())
        .increment();
  }
}
