package dev.modelcompression.cli.step;

import dev.modelcompression.data.ThrownElsewhere;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work that goes on beside that of the step's own thread. */
final class Background<T> {
  private final CompletableFuture<T> future;

  private Background(CompletableFuture<T> future) {
    this.future = future;
  }

  static <T> Background<T> start(Supplier<T> work) {
    return new Background<>(CompletableFuture.supplyAsync(work));
  }

  /** The result, once it is there; what the work has thrown is thrown here. */
  T join() {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw ThrownElsewhere.in(e);
    }
  }
}
