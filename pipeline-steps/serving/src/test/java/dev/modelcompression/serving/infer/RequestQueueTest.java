package dev.modelcompression.serving.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestQueueTest {
  private final RequestQueue queue = new RequestQueue(100, Duration.ZERO);

  @Test
  void aBatchIsWhatWaitsInOrderUpToTheRowsAllowed() throws InterruptedException {
    var one = add(1, 2);
    var two = add(2, 2);
    var three = add(1, 2);
    var four = add(1, 2);

    assertThat(queue.take(4)).containsExactly(one, two, three);
    assertThat(queue.take(4)).containsExactly(four);
  }

  @Test
  void nobodyIsOvertakenByThoseThatFitBetter() throws InterruptedException {
    var narrow = add(1, 2);
    var wide = add(1, 3);
    var narrowAgain = add(1, 2);

    assertThat(queue.take(8)).containsExactly(narrow);
    assertThat(queue.take(8)).containsExactly(wide);
    assertThat(queue.take(8)).containsExactly(narrowAgain);
  }

  @Test
  void aRequestWithMoreRowsThanABatchMayHaveRunsAlone() throws InterruptedException {
    var large = add(100, 2);
    var small = add(1, 2);

    assertThat(queue.take(8)).containsExactly(large);
    assertThat(queue.take(8)).containsExactly(small);
  }

  @Test
  void aFullQueueTakesNothingUntilThereIsRoom() throws InterruptedException {
    var full = new RequestQueue(1, Duration.ZERO);

    assertThat(full.offer(waiting(1, 2))).isTrue();
    assertThat(full.offer(waiting(1, 2))).isFalse();
    assertThat(full.take(1)).hasSize(1);
    assertThat(full.offer(waiting(1, 2))).isTrue();
  }

  @Test
  void aClosedQueueGivesWhatIsLeftAndThenNothing() throws InterruptedException {
    var left = add(1, 2);
    queue.close();

    assertThat(queue.offer(waiting(1, 2))).isFalse();
    assertThat(queue.take(8)).containsExactly(left);
    assertThat(queue.take(8)).isEmpty();
  }

  @Test
  void withADelayABatchIsHeldBackUntilItIsFull() throws Exception {
    var patient = new RequestQueue(100, Duration.ofMinutes(10));
    var one = waiting(1, 2);
    patient.offer(one);
    var taken = CompletableFuture.supplyAsync(() -> take(patient, 2));
    var two = waiting(1, 2);
    patient.offer(two);

    assertThat(taken.get(60, TimeUnit.SECONDS)).containsExactly(one, two);
  }

  @Test
  void withADelayABatchThatIsNotFullGoesWhenTheDelayIsOver() throws Exception {
    var hasty = new RequestQueue(100, Duration.ofMillis(1));
    var one = waiting(1, 2);
    hasty.offer(one);

    assertThat(CompletableFuture.supplyAsync(() -> take(hasty, 2)).get(60, TimeUnit.SECONDS))
        .containsExactly(one);
  }

  private static List<Waiting> take(RequestQueue queue, int rows) {
    try {
      return queue.take(rows);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Waiting add(int rows, int width) {
    var request = waiting(rows, width);
    queue.offer(request);
    return request;
  }

  private static Waiting waiting(int rows, int width) {
    return new Waiting(
        List.of(Tensors.floats("x", new long[] {rows, width}, new float[rows * width])),
        System.nanoTime(),
        new MemoryBudget(0).share(),
        new Answers());
  }
}
