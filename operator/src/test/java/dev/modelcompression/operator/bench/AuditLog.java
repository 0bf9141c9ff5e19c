package dev.modelcompression.operator.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The API server's audit log: one clock for everybody, and nobody's own word for what it did. The
 * operator's calls are all in it, with what it wrote into statuses; of others, what starts a
 * pipeline and what ends a Job.
 */
final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  static final String POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived, ResponseStarted]
      rules:
      - level: Request
        users: ["%1$s"]
        resources: [{group: modelcompression.dev, resources: [modelcompressions/status]}]
      - {level: Metadata, users: ["%1$s"]}
      - level: Metadata
        verbs: [create]
        resources: [{group: modelcompression.dev, resources: [modelcompressions]}]
      - level: Metadata
        verbs: [update]
        resources: [{group: batch, resources: [jobs/status]}]
      - level: None
      """
          .formatted(OperatorUser.NAME);

  private final Path log;

  /** The log of an API server that was started with {@link #POLICY}. */
  AuditLog(Path log) {
    this.log = log;
  }

  /** The calls in a namespace, in the order in which they were answered. */
  List<Call> in(String namespace) {
    return calls(call -> call.namespace().equals(namespace));
  }

  /** The operator's calls since then. */
  List<Call> operatorSince(Instant start) {
    return calls(call -> call.isOperators() && !call.done().isBefore(start));
  }

  private List<Call> calls(Predicate<Call> wanted) {
    List<Call> calls = new ArrayList<>();
    try (Stream<String> lines = Files.lines(log)) {
      for (String line : (Iterable<String>) lines::iterator) {
        Call call = Call.of(JSON.readTree(line));
        if (wanted.test(call)) {
          calls.add(call);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    calls.sort(Comparator.comparing(Call::done));
    return calls;
  }

  /** From a compression's creation to that of its first Job, in milliseconds. */
  static List<Double> firstJob(List<Call> calls) {
    // First all of them: a busy server tells of a compression before it has answered who creates
    // it.
    Map<String, Call> created = new HashMap<>();
    calls.stream()
        .filter(call -> call.is("create", "modelcompressions"))
        .forEach(call -> created.put(call.name(), call));
    Set<String> begun = new HashSet<>();
    List<Double> millis = new ArrayList<>();
    for (Call call : calls) {
      if (call.is("create", "jobs") && begun.add(compression(call.name()))) {
        millis.add(call.millisAfter(Objects.requireNonNull(created.get(compression(call.name())))));
      }
    }
    return millis;
  }

  /** From a Job's end to the status that says how its step ended, in milliseconds. */
  static List<Double> resultLag(List<Call> calls) {
    Map<String, Call> ended = new HashMap<>();
    List<Double> millis = new ArrayList<>();
    for (Call call : calls) {
      if (call.is("update", "jobs/status")) {
        // The last one is the one that says Complete.
        ended.put(compression(call.name()) + "/" + step(call.name()), call);
      } else if (call.is("update", "modelcompressions/status") && call.code() < 300) {
        for (JsonNode step : call.body().path("status").path("steps")) {
          String name = call.name() + "/" + step.path("name").asText();
          if (step.path("state").asText().equals("Succeeded") && ended.containsKey(name)) {
            millis.add(call.millisAfter(ended.remove(name)));
          }
        }
      }
    }
    return millis;
  }

  /** Names of compressions here have no hyphen. */
  private static String compression(String job) {
    return job.substring(0, job.indexOf('-'));
  }

  private static String step(String job) {
    String withoutAttempt = job.substring(0, job.lastIndexOf('-'));
    return withoutAttempt.substring(job.indexOf('-') + 1, withoutAttempt.lastIndexOf('-'));
  }
}
