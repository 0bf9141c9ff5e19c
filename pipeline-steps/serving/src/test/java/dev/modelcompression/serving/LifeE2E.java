package dev.modelcompression.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the packaged server begins and ends, and what it does when there is too much. */
class LifeE2E {
  @TempDir Path folder;

  @Test
  void anotherModelThanTheDigestSaysIsNeverServed() throws Exception {
    String expected = "sha256:" + "0".repeat(64);
    try (var server = RunningServer.start(folder, Map.of("MC_MODEL_DIGEST", expected))) {
      int ready = 0;
      while (server.running()) {
        ready += server.readyStatus() == 200 ? 1 : 0;
      }

      assertThat(server.exit()).as(server.log()).isEqualTo(65);
      assertThat(ready).isZero();
      assertThat(server.log())
          .contains("content has digest sha256:1c8ff20b")
          .contains("expected " + expected)
          .doesNotContain("\tat ");
    }
  }

  @Test
  void wrongSettingsEndItAtOnce() throws Exception {
    try (var server = RunningServer.start(folder, Map.of("MC_BATCH_MAX", "many"))) {
      assertThat(server.exit()).isEqualTo(64);
      assertThat(server.log())
          .contains("MC_BATCH_MAX: found 'many', allowed: 1 to 4096")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void toldToStopItIsNotReadyAnswersAllTheSameAndEndsWithZero() throws Exception {
    try (var server = RunningServer.ready(folder, Map.of("MC_DRAIN", "4s"))) {
      String request = Images.json(0, 1);
      assertThat(server.infer(request).headers().firstValue("connection")).isEmpty();

      server.terminate();
      while (server.readyStatus() == 200) {
        Thread.onSpinWait();
      }

      assertThat(server.readyStatus()).isEqualTo(503);
      for (int i = 0; i < 20; i++) {
        var late = server.infer(request);
        assertThat(late.statusCode()).isEqualTo(200);
        assertThat(late.headers().firstValue("connection")).contains("close");
      }
      assertThat(server.exit()).as(server.log()).isZero();
    }
  }

  @Test
  void aRequestThatWaitsWhenTheServerEndsIsAnswered() throws Exception {
    var settings = Map.of("MC_DRAIN", "0s", "MC_BATCH_DELAY", "1s", "MC_BATCH_MAX", "8");
    try (var server = RunningServer.ready(folder, settings)) {
      var waiting = CompletableFuture.supplyAsync(() -> status(server));
      while (!server
              .get("/metrics")
              .body()
              .contains("queue_requests{model=\"fashion\",version=\"1\"} 1.0")
          && !waiting.isDone()) {
        Thread.onSpinWait();
      }

      server.terminate();

      assertThat(waiting.get()).as(server.log()).isEqualTo(200);
      assertThat(server.exit()).isZero();
    }
  }

  @Test
  void whatDoesNotFitIntoTheQueueIsToldToComeAgain() throws Exception {
    var settings = Map.of("MC_QUEUE_MAX", "1", "MC_BATCH_DELAY", "1s", "MC_BATCH_MAX", "8");
    try (var server = RunningServer.ready(folder, settings)) {
      var clients = Executors.newFixedThreadPool(8);
      List<CompletableFuture<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(CompletableFuture.supplyAsync(() -> status(server), clients));
      }
      clients.shutdown();

      assertThat(answers.stream().map(CompletableFuture::join))
          .containsOnly(200, 503)
          .contains(200, 503);
    }
  }

  private static int status(RunningServer server) {
    try {
      var answer = server.infer(Images.json(0, 1));
      if (answer.statusCode() == 503) {
        assertThat(answer.headers().firstValue("retry-after")).contains("1");
        assertThat(answer.body()).startsWith("{\"error\":\"too many requests");
      }
      return answer.statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
