package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.operator.cluster.Answers;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Pipeline;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.cluster.SecondServer;
import dev.modelcompression.operator.cluster.Watches;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API server refuses, is busy, answers wrongly, forgets, or is away. */
class ApiFaultsIT {
  private static final int CONFLICTS = 9;

  /** Before each of nine writes of the status, another writes to the object. */
  @Test
  void aStatusThatWasDecidedFromAnOldVersionIsDecidedAnew() {
    AtomicInteger notes = new AtomicInteger();
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.start(
          new Interceptor() {
            @Override
            public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
              if (request.method().equals("PUT")
                  && request.uri().getPath().endsWith("/" + Scene.NAME + "/status")
                  && notes.get() < CONFLICTS) {
                scene.annotate("note-" + notes.incrementAndGet(), "kept");
              }
            }
          });
      scene.apply(Scene.STEPS);
      scene.awaitEnd();
      assertThat(notes).hasValue(CONFLICTS);
      assertThat(scene.get().getMetadata().getAnnotations())
          .hasSize(CONFLICTS)
          .containsEntry("note-" + CONFLICTS, "kept");
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The client asks again, after as long as it is told. */
  @ParameterizedTest
  @CsvSource({"429,POST,/jobs", "429,PUT,/status", "503,POST,/jobs", "429,POST,/events"})
  void aBusyServerIsAskedAgain(int code, String method, String suffix) {
    try (Answers busy = Answers.insteadOf(code, method, suffix);
        Scene scene = new Scene(Pipeline::behave)) {
      scene.start(busy);
      scene.apply(Scene.STEPS);
      scene.awaitEnd();
      busy.end();
      assertThat(busy.requests()).isGreaterThanOrEqualTo(2 * Pipeline.ATTEMPTS.size());
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** The write is done and the answer says that it is not: the client writes again by itself. */
  @ParameterizedTest
  @CsvSource({"POST,/jobs", "PUT,/status"})
  void aWriteWhoseAnswerIsLostIsDoneOnce(String method, String suffix) {
    try (Answers lost = Answers.after(500, method, suffix);
        Scene scene = new Scene(Pipeline::behave)) {
      scene.start(lost);
      scene.apply(Scene.STEPS);
      scene.awaitEnd();
      lost.end();
      assertThat(lost.requests()).isGreaterThanOrEqualTo(Pipeline.ATTEMPTS.size());
      Pipeline.runAnother(scene, "later");
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** No pod is ever seen to run, and of Jobs only that they are there and that they have ended. */
  @Test
  void eventsThatAreLostOnTheWayAreNotNeeded() {
    Watches watches =
        new Watches()
            .dropping(
                (kind, event) ->
                    event.startsWith("{\"type\":\"MODIFIED\"")
                        && (kind.equals("pods")
                            || (kind.equals("jobs") && !event.contains("\"conditions\":["))));
    try (Scene scene = new Scene(Pipeline::behave)) {
      scene.start(watches);
      scene.apply(Scene.STEPS);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /** What happened since the watch was lost is found in the list that follows. */
  @ParameterizedTest
  @ValueSource(strings = {"jobs", "pods", "modelcompressions"})
  void aWatchThatHasExpiredBeginsWithAnotherList(String lost) {
    Script script = new Script(ApiFaultsIT::holdQuantize);
    Watches watches = new Watches();
    try (Scene scene = new Scene(script)) {
      scene.start(watches);
      scene.apply(Scene.STEPS);
      scene.awaitStatus(status -> Pipeline.isRunning(status, "quantize"));
      watches.dropping((kind, event) -> kind.equals(lost));
      script.become(Pipeline::behave);
      Await.until("the step has ended", () -> hasEnded(scene, "quantize"));
      watches.dropping((kind, event) -> false);
      watches.expire(lost);
      Pipeline.assertUndisturbed(scene);
    }
  }

  /**
   * Pods go on and end while the operator reaches no API server. The one that comes back is a new
   * one, which has none of the versions that the operator's watches ask for.
   */
  @Test
  void anApiServerThatWasAwayIsCaughtUpWith() {
    Script script = new Script(ApiFaultsIT::holdQuantize);
    try (SecondServer server = new SecondServer();
        Scene scene = new Scene(script)) {
      scene.start(server);
      scene.apply(Scene.STEPS);
      scene.awaitStatus(status -> Pipeline.isRunning(status, "quantize"));
      server.kill();
      script.become(Pipeline::behave);
      Await.until("the step has ended", () -> hasEnded(scene, "quantize"));
      scene.annotate("written", "meanwhile");
      server.start();
      Pipeline.assertUndisturbed(scene);
    }
  }

  private static Behaviour holdQuantize(Job job) {
    return Pipeline.is(job, "quantize", 1) ? Behaviour.RUNS : Pipeline.behave(job);
  }

  private static boolean hasEnded(Scene scene, String step) {
    return scene.jobs().stream()
        .filter(job -> Pipeline.is(job, step, 1))
        .anyMatch(job -> job.getStatus().getCompletionTime() != null);
  }
}
