package dev.modelcompression.operator.report;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.GateStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.ResultStatus;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.api.status.TrialStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.Text;
import dev.modelcompression.engine.TrialResult;
import dev.modelcompression.engine.Verdict;
import dev.modelcompression.operator.decide.Course;
import dev.modelcompression.operator.decide.Standing;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The status that tells of a course. The same course and status before give the same status. */
public final class StatusReport {
  private static final int MAX_MESSAGE = 1024;
  private static final int MAX_TRIAL_MESSAGE = 512;
  private static final int MAX_SETTINGS = 256;
  private static final int MAX_STEP = 80;
  private static final int MAX_NUMBER = 32;

  private StatusReport() {}

  /**
   * The next status.
   *
   * @param before the status as it is
   * @param generation the generation of the spec that the course is about
   */
  public static ModelCompressionStatus of(
      ModelCompressionStatus before,
      Course course,
      Standing standing,
      long generation,
      Instant now) {
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    Course.Identity run = course.run();
    boolean sameRun = run != null && run.id().equals(before.runId());
    Phase phase = phase(standing, run);
    String message = Text.line(standing.message(), MAX_MESSAGE);
    Map<String, String> metrics = metrics(course);
    return new ModelCompressionStatus(
        phase,
        generation,
        run == null ? null : run.id(),
        run == null ? null : run.workspace(),
        run == null ? null : run.image(),
        run == null ? null : run.threads(),
        run == null ? null : sameRun ? before.startTime() : time,
        !phase.terminal()
            ? null
            : before.phase() == phase && (sameRun || run == null)
                ? Optional.ofNullable(before.completionTime()).orElse(time)
                : time,
        course.step().isEmpty() ? null : Text.line(course.step(), MAX_STEP),
        sizeRatio(course, metrics),
        ratio(metrics, Metric.LATENCY_P50),
        drop(metrics),
        message,
        course.inputs(),
        course.ledger().steps(),
        course.trials().stream().map(StatusReport::trial).toList(),
        course.verdict().map(StatusReport::gates).orElse(List.of()),
        course.verdict().flatMap(StatusReport::result).orElse(null),
        Conditions.of(before.conditions(), standing, message, generation, time));
  }

  private static Phase phase(Standing standing, Course.@Nullable Identity run) {
    return switch (standing.state()) {
      case RUNNING -> run == null ? Phase.PENDING : Phase.RUNNING;
      case WAITING -> Phase.QUEUED;
      case SUSPENDED -> Phase.SUSPENDED;
      case SUCCEEDED -> Phase.SUCCEEDED;
      case FAILED -> Phase.FAILED;
    };
  }

  /** The numbers of the trial that the verdict is about, else of the latest that has some. */
  private static Map<String, String> metrics(Course course) {
    int trial = course.verdict().map(Verdict::trial).orElse(0);
    return course.ledger().steps().stream()
        .filter(step -> !step.metrics().isEmpty())
        .filter(step -> trial == 0 || step.trial() == trial)
        .reduce((first, second) -> second)
        .map(StepStatus::metrics)
        .orElse(Map.of());
  }

  private static @Nullable String sizeRatio(Course course, Map<String, String> metrics) {
    String measured = ratio(metrics, Metric.SIZE_BYTES);
    Artifact model = course.verdict().map(Verdict::model).orElse(null);
    Course.Identity run = course.run();
    if (measured != null || model == null || run == null || run.originalBytes() == 0) {
      return measured;
    }
    return quotient(BigDecimal.valueOf(model.bytes()), BigDecimal.valueOf(run.originalBytes()));
  }

  private static @Nullable String ratio(Map<String, String> metrics, Metric metric) {
    BigDecimal result = number(metrics.get(metric.resultKey()));
    BigDecimal original = number(metrics.get(metric.originalKey()));
    return result == null || original == null || original.signum() == 0
        ? null
        : quotient(result, original);
  }

  private static @Nullable String drop(Map<String, String> metrics) {
    BigDecimal result = number(metrics.get(Metric.TOP1.resultKey()));
    BigDecimal original = number(metrics.get(Metric.TOP1.originalKey()));
    return result == null || original == null
        ? null
        : plain(original.subtract(result).setScale(6, RoundingMode.HALF_UP));
  }

  private static @Nullable String quotient(BigDecimal part, BigDecimal whole) {
    return plain(part.divide(whole, new MathContext(4, RoundingMode.HALF_UP)));
  }

  private static @Nullable BigDecimal number(@Nullable String text) {
    return text == null ? null : new BigDecimal(text);
  }

  /** Nothing where a step has reported what cannot be: the API server would refuse the status. */
  private static @Nullable String plain(BigDecimal number) {
    String text = number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    return text.length() > MAX_NUMBER ? null : text;
  }

  private static TrialStatus trial(TrialResult trial) {
    return new TrialStatus(
        trial.trial(),
        Text.line(trial.settings(), MAX_SETTINGS),
        trial.passed(),
        Text.line(trial.message(), MAX_TRIAL_MESSAGE));
  }

  private static List<GateStatus> gates(Verdict verdict) {
    return verdict.gates().stream()
        .map(
            gate ->
                new GateStatus(
                    gate.metric(),
                    gate.limit(),
                    Double.toString(gate.bound()),
                    gate.value() == null ? null : gate.value().toString(),
                    gate.passed()))
        .toList();
  }

  private static Optional<ResultStatus> result(Verdict verdict) {
    return Optional.ofNullable(verdict.model())
        .map(
            model ->
                new ResultStatus(
                    Objects.requireNonNull(model.uri()),
                    model.digest(),
                    model.bytes(),
                    verdict.trial(),
                    verdict.passed()));
  }

  /** Whether a condition of a status holds. */
  public static boolean holds(ModelCompressionStatus status, Condition.Type type) {
    return status
        .condition(type)
        .filter(condition -> condition.status() == Condition.Status.TRUE)
        .isPresent();
  }
}
