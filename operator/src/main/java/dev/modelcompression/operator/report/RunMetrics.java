package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.GateStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ContractJson;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Counts what ends. Tags are closed lists (reasons, metrics, limits): never a name that a user
 * gives. A table of all metrics is in {@code docs/metrics.md}.
 *
 * <p>Runs and attempts are there from the start, with 0 for every reason that something can end
 * for: Prometheus sees no increase in a series that begins with 1, and alerts on the first event
 * would stay away.
 */
public final class RunMetrics {
  private static final String PREFIX = "modelcompression.";

  private static final Set<Reason.Kind> ENDS =
      EnumSet.of(Reason.Kind.SUCCESS, Reason.Kind.FAILURE, Reason.Kind.WAITING_THEN_FAILURE);

  private final MeterRegistry registry;

  /** Metrics of a registry. */
  public RunMetrics(MeterRegistry registry) {
    this.registry = registry;
    Arrays.stream(Reason.values())
        .filter(reason -> ENDS.contains(reason.kind()))
        .map(Reason::text)
        .forEach(
            reason -> {
              runs(reason);
              attempts(reason);
            });
  }

  /**
   * Counts what has happened between two statuses.
   *
   * @param attempts attempts that have ended between them; those that are tried again at once are
   *     in neither
   */
  public void changed(
      ModelCompressionStatus before, ModelCompressionStatus after, List<StepStatus> attempts) {
    attempts.forEach(this::attempt);
    if (Ends.ended(before, after)) {
      runs(after.conditions().get(0).reason().text()).increment();
      after.gates().forEach(this::gate);
    }
  }

  /** Lets the registry ask whether this replica is the one that acts. */
  public void leader(BooleanSupplier leads) {
    Gauge.builder(PREFIX + "leader", leads, replica -> replica.getAsBoolean() ? 1 : 0)
        .description("Whether this replica is the one that acts.")
        .strongReference(true)
        .register(registry);
  }

  /**
   * Lets the registry ask how all compressions stand. Those that wait for room do so without end:
   * nothing else shows them.
   *
   * @param statuses of all that this replica watches
   */
  public void phases(Supplier<Stream<ModelCompressionStatus>> statuses) {
    for (Phase phase : Phase.values()) {
      Gauge.builder(PREFIX + "compressions", statuses, all -> count(all.get(), phase))
          .description("Compressions by phase.")
          .tag("phase", ContractJson.tree(phase).asText())
          .strongReference(true)
          .register(registry);
    }
  }

  /** One that was not looked at yet has no phase. */
  private static double count(Stream<ModelCompressionStatus> statuses, Phase phase) {
    return statuses
        .map(status -> Objects.requireNonNullElse(status.phase(), Phase.PENDING))
        .filter(phase::equals)
        .count();
  }

  private Counter runs(String reason) {
    return Counter.builder(PREFIX + "runs")
        .description("Runs that have ended.")
        .tag("reason", reason)
        .register(registry);
  }

  private Counter attempts(String result) {
    return Counter.builder(PREFIX + "step.attempts")
        .description("Attempts of steps that have ended, those that were tried again too.")
        .tag("result", result)
        .register(registry);
  }

  private void attempt(StepStatus step) {
    String result = Ends.result(step);
    attempts(result).increment();
    if (step.startTime() != null && step.completionTime() != null) {
      Duration took =
          Duration.between(Instant.parse(step.startTime()), Instant.parse(step.completionTime()));
      Timer.builder(PREFIX + "step.duration")
          .description("From the creation of an attempt's Job to its end.")
          .tag("result", result)
          .register(registry)
          .record(took.isNegative() ? Duration.ZERO : took);
    }
  }

  private void gate(GateStatus gate) {
    Counter.builder(PREFIX + "gates")
        .description("Limits that the result of a run was held against.")
        .tag("metric", gate.metric().yamlName())
        .tag("limit", gate.limit())
        .tag("passed", gate.passed().toString())
        .register(registry)
        .increment();
  }
}
