package dev.modelcompression.serving.infer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waits for the answer to one request. */
final class Answers implements Receiver {
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  @Override
  public void answered(Answer given) {
    answer.complete(given);
  }

  @Override
  public void refused(RequestException reason) {
    answer.completeExceptionally(reason);
  }

  Answer get() throws Exception {
    return answer.get(60, TimeUnit.SECONDS);
  }
}
