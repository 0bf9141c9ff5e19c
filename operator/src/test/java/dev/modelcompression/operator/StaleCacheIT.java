package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.cluster.Watches;
import dev.modelcompression.operator.cluster.Writes;
import dev.modelcompression.operator.decide.Statuses;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the operator knows of Jobs, of pods and of the compression itself is behind what it has done
 * already. That Jobs are only ever created, under names that cannot be others, is all that keeps it
 * from starting an attempt twice.
 */
class StaleCacheIT {
  /** Each Job is shown to the operator only once it has tried to start the attempt again. */
  @Test
  void aJobThatIsNotSeenIsFoundWhenItIsStartedAgain() {
    Tries tries = new Tries();
    Watches watches =
        new Watches().holding((kind, event) -> kind.equals("jobs") && tries.of(event) < 2);
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.start(watches, tries);
      scene.apply(Scene.STEPS);
      awaitEnd(scene, watches);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The same, while the pod of the Job that is not seen is at work. */
  @Test
  void aPodAtWorkOfAJobThatIsNotSeenIsWaitedFor() {
    Tries tries = new Tries();
    Watches watches =
        new Watches().holding((kind, event) -> kind.equals("jobs") && tries.of(event) < 2);
    Script script =
        new Script(
            job ->
                tries.lookedFor(job.getMetadata().getName())
                    ? Pipeline.behave(job)
                    : Behaviour.RUNS);
    try (Scene scene = new Scene(script)) {
      scene.start(watches, tries);
      scene.apply(Scene.STEPS);
      awaitEnd(scene, watches);
      script.become(Pipeline::behave);
      Pipeline.assertUndisturbed(scene);
    }
  }

  @Test
  void podsThatAreNotSeenAreReadWhenTheirJobHasEnded() {
    Watches watches = new Watches().withhold("pods");
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.start(watches);
      scene.apply(Scene.STEPS);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /**
   * An operator begins with lists from before an attempt was started; meanwhile the run has ended.
   */
  @ParameterizedTest(name = "before write {0}")
  @ValueSource(ints = {1, 3, 6, 8, 10})
  void anOperatorThatBeginsInThePastStartsNothingAgain(int write) {
    try (Scene scene = new Scene(Pipeline::behave)) {
      Writes killed = Writes.killedBefore(write);
      scene.start(killed);
      scene.apply(Scene.STEPS);
      Await.until("the operator is killed", killed::dead);
      Watches past = new Watches().withhold("modelcompressions", "jobs", "pods");
      scene.lists().forEach(past::listing);
      scene.start();
      scene.awaitEnd();
      scene.stop();
      int starts = starts(scene);
      scene.start(past);
      Await.until("it has acted on what it believes", () -> starts(scene) >= starts + 2);
      past.release();
      Pipeline.runAnother(scene, "later");
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** To an old spec, the Jobs of a newer run look superseded. */
  @Test
  void anOperatorThatKnowsAnOldSpecStopsNoNewerRun() {
    Script script = new Script(StaleCacheIT::holdOptimize);
    try (Scene scene = new Scene(script)) {
      scene.start();
      scene.apply(Scene.STEPS);
      String first = scene.awaitStatus(status -> isRunning(status, "optimize")).runId();
      Watches past = new Watches().withhold("modelcompressions");
      past.listing("modelcompressions", scene.lists().getOrDefault("modelcompressions", ""));
      scene.edit(Scene.STEPS, "  seed: 9\n");
      scene.awaitStatus(
          status -> isRunning(status, "optimize") && !Objects.equals(status.runId(), first));
      scene.stop();
      Job newer =
          scene.jobs().stream()
              .filter(job -> Pipeline.is(job, "optimize", 1))
              .findFirst()
              .orElseThrow();
      Tries tries = new Tries();
      scene.start(past, tries);
      Await.until(
          "it has decided",
          () ->
              tries.looksAtSpec() >= 2
                  || scene.writes().stream().filter(w -> w.startsWith("DELETE")).count() > 1);
      past.release();
      script.become(Pipeline::behave);
      assertThat(scene.awaitEnd().getStatus().phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(scene.client().resource(newer).get().getMetadata().getUid())
          .isEqualTo(newer.getMetadata().getUid());
      assertThat(scene.podsByJob()).containsEntry(newer.getMetadata().getName(), 1);
    }
  }

  private static Behaviour holdOptimize(Job job) {
    return Pipeline.is(job, "optimize", 1) ? Behaviour.RUNS : Pipeline.behave(job);
  }

  private static boolean isRunning(ModelCompressionStatus status, String step) {
    return status.steps().stream()
        .anyMatch(s -> s.name().equals(step) && s.state() == StepStatus.State.RUNNING);
  }

  private static int starts(Scene scene) {
    return (int)
        scene.writes().stream()
            .filter(write -> write.startsWith("POST") && write.endsWith("/jobs"))
            .count();
  }

  private static void awaitEnd(Scene scene, Watches watches) {
    Await.until(
        "the run ends",
        () -> {
          watches.pump();
          Phase phase = Statuses.of(scene.get()).phase();
          return phase != null && phase.terminal();
        });
    watches.release();
  }

  /** Counts how often each attempt was started, and knows whose pods were looked for. */
  private static final class Tries implements Interceptor {
    private static final Pattern STEP = Pattern.compile("\"modelcompression.dev/step\":\"(.*?)\"");
    private static final Pattern ATTEMPT =
        Pattern.compile("\"modelcompression.dev/attempt\":\"(.*?)\"");
    private static final Pattern PODS_OF = Pattern.compile("job-name=([a-z0-9-]+)");

    private final Map<String, Integer> starts = new ConcurrentHashMap<>();
    private final Set<String> lookedFor = ConcurrentHashMap.newKeySet();
    private final AtomicInteger looksAtSpec = new AtomicInteger();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      String path = request.uri().getPath();
      if (request.method().equals("POST") && path.endsWith("/jobs")) {
        starts.merge(attempt(request.bodyString()), 1, Integer::sum);
      } else if (path.endsWith("/pods")) {
        PODS_OF
            .matcher(String.valueOf(request.uri().getQuery()))
            .results()
            .forEach(found -> lookedFor.add(found.group(1)));
      } else if (request.method().equals("GET") && path.endsWith("/" + Scene.NAME)) {
        looksAtSpec.incrementAndGet();
      }
    }

    /** How often the attempt was started that a Job, or an event about one, is of. */
    int of(String json) {
      return starts.getOrDefault(attempt(json), 0);
    }

    /** Whether the pods of that Job were looked for. */
    boolean lookedFor(String job) {
      return lookedFor.contains(job);
    }

    int looksAtSpec() {
      return looksAtSpec.get();
    }

    private static String attempt(String json) {
      Matcher step = STEP.matcher(json);
      Matcher attempt = ATTEMPT.matcher(json);
      return step.find() && attempt.find() ? step.group(1) + " " + attempt.group(1) : "";
    }
  }
}
