package dev.modelcompression.operator.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.operator.report.Ends;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The spans that are over between two statuses: one of each attempt that has ended, one of the run
 * at its end.
 *
 * <p>Ids are made of what a span is about. An operator that was started again goes on with the same
 * trace, and a span that is sent twice is the same span.
 */
public final class RunSpans {
  private static final String PREFIX = "modelcompression.";
  private static final String SUCCEEDED = Reason.SUCCEEDED.text();

  private final ObjectMeta metadata;
  private final String run;

  private RunSpans(ObjectMeta metadata, String run) {
    this.metadata = metadata;
    this.run = run;
  }

  /**
   * The spans.
   *
   * @param attempts attempts that have ended between the two
   */
  public static List<RunSpan> between(
      ObjectMeta metadata,
      ModelCompressionStatus before,
      ModelCompressionStatus after,
      List<StepStatus> attempts,
      Instant now) {
    List<RunSpan> spans = new ArrayList<>();
    RunSpans current = new RunSpans(metadata, run(after));
    for (StepStatus attempt : attempts) {
      spans.add(current.attempt(attempt, now));
    }
    if (Ends.superseded(before, after)) {
      spans.add(
          new RunSpans(metadata, run(before)).root(before, now, Reason.RUN_SUPERSEDED.text()));
    }
    if (Ends.ended(before, after)) {
      String reason = after.conditions().get(0).reason().text();
      spans.add(current.root(after, time(after.completionTime()).orElse(now), reason));
    }
    return spans;
  }

  /** What names the run; before its inputs are known, they do. */
  private static String run(ModelCompressionStatus status) {
    return Optional.ofNullable(status.runId())
        .or(() -> inputs(status).map(StepStatus::key))
        .orElse("");
  }

  private static Optional<StepStatus> inputs(ModelCompressionStatus status) {
    return status.steps().stream().filter(step -> step.trial() == 0).findFirst();
  }

  private RunSpan attempt(StepStatus step, Instant now) {
    String result = Ends.result(step);
    Map<String, Object> attributes = attributes(result);
    attributes.put(PREFIX + "step", step.name());
    attributes.put(PREFIX + "trial", step.trial());
    attributes.put(PREFIX + "attempt", step.attempt());
    if (step.exitCode() != null) {
      attributes.put(PREFIX + "exit_code", step.exitCode());
    }
    if (step.job() != null) {
      attributes.put("k8s.job.name", step.job());
    }
    Instant end = time(step.completionTime()).orElse(now);
    return new RunSpan(
        id(32, run),
        id(16, run, step.trial().toString(), step.name(), step.attempt().toString()),
        id(16, run),
        step.name(),
        time(step.startTime()).orElse(end),
        end,
        error(result, step.message()),
        attributes);
  }

  private RunSpan root(ModelCompressionStatus status, Instant end, String result) {
    return new RunSpan(
        id(32, run),
        id(16, run),
        null,
        "ModelCompression",
        start(status).orElse(end),
        end,
        error(result, status.message()),
        attributes(result));
  }

  /**
   * When the run began: with the look at its inputs, if that was for this run. Both are named after
   * the generation of the spec that they began with.
   */
  private static Optional<Instant> start(ModelCompressionStatus status) {
    return inputs(status)
        .filter(inputs -> generation(inputs.key()).equals(generation(run(status))))
        .flatMap(inputs -> time(inputs.startTime()))
        .or(() -> time(status.startTime()));
  }

  private static String generation(@Nullable String name) {
    return name == null ? "" : name.substring(name.lastIndexOf('-') + 1);
  }

  private Map<String, Object> attributes(String result) {
    Map<String, Object> attributes = new TreeMap<>();
    attributes.put("k8s.namespace.name", Objects.requireNonNullElse(metadata.getNamespace(), ""));
    attributes.put(PREFIX + "name", metadata.getName());
    attributes.put(PREFIX + "uid", metadata.getUid());
    attributes.put(PREFIX + "run", run);
    attributes.put(PREFIX + "result", result);
    return attributes;
  }

  private static @Nullable String error(String result, @Nullable String message) {
    return result.equals(SUCCEEDED) ? null : Objects.requireNonNullElse(message, result);
  }

  private static Optional<Instant> time(@Nullable String text) {
    return Optional.ofNullable(text).map(Instant::parse);
  }

  private String id(int digits, String... parts) {
    ArrayNode names = JsonNodeFactory.instance.arrayNode().add(metadata.getUid());
    List.of(parts).forEach(names::add);
    return CanonicalJson.digest(names).substring("sha256:".length()).substring(0, digits);
  }
}
