package dev.modelcompression.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.serving.infer.MemoryBudget;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
  private static final int LIMIT = 100;
  private static final int UNKNOWN = -1;

  private final List<Reason> refusals = new ArrayList<>();
  private final MemoryBudget budget = new MemoryBudget(64);

  @Test
  void bodiesTogetherHaveNoMoreThanTheBudget() {
    var share = budget.share();
    new RequestBody(LIMIT, 40, share, this::refused).add(bytes(40));
    body().add(bytes(40));
    assertThat(refusals).containsExactly(Reason.OVERLOADED);

    share.ended();
    share.ended();

    body().add(bytes(64));
    assertThat(refusals).hasSize(1);
    body().add(bytes(1));
    assertThat(refusals).hasSize(2);
  }

  @Test
  void whatIsRefusedGivesBackWhatItHad() {
    var other = budget.share();
    other.take(10);
    RequestBody growing = body();
    growing.add(bytes(40));
    growing.add(bytes(40));
    growing.add(bytes(10));
    assertThat(refusals).containsExactly(Reason.TOO_LARGE);

    assertThat(budget.left()).isEqualTo(54);
  }

  @Test
  void aPromiseOfBytesTakesNone() {
    for (int i = 0; i < 100_000; i++) {
      new RequestBody(Integer.MAX_VALUE, Long.MAX_VALUE, budget.share(), this::refused);
    }
    body().add(bytes(64));
    assertThat(refusals).isEmpty();
  }

  @Test
  void aPromiseIsChargedForTheMemoryThatItGets() {
    var large = new MemoryBudget(1 << 20);
    var body = new RequestBody(1 << 20, 1 << 20, large.share(), this::refused);

    body.add(bytes(1));

    assertThat(large.left()).isEqualTo((1 << 20) - (16 << 10));
  }

  @Test
  void whatIsCompleteIsThereOnceAndAsItCame() {
    var large = new MemoryBudget(1 << 20);
    for (int announced : List.of(100_000, UNKNOWN)) {
      List<byte[]> complete = new ArrayList<>();
      var share = large.share();
      var body = new RequestBody(1 << 20, announced, share, this::refused);
      for (int i = 0; i < 100; i++) {
        body.add(Buffer.buffer(new byte[1000]).setByte(0, (byte) i));
      }

      body.finish(complete::add);

      assertThat(complete).singleElement().satisfies(all -> assertThat(all).hasSize(100_000));
      assertThat(complete.get(0)[99_000]).isEqualTo((byte) 99);
      assertThat(large.left()).isEqualTo((1 << 20) - 100_000);
      share.ended();
    }
    assertThat(large.left()).isEqualTo(1 << 20);
    assertThat(refusals).isEmpty();
  }

  @Test
  void aBodyBeyondItsOwnLimitIsTooLarge() {
    new RequestBody(10, 0, budget.share(), this::refused).add(bytes(11));
    assertThat(refusals).containsExactly(Reason.TOO_LARGE);
  }

  private RequestBody body() {
    return new RequestBody(LIMIT, UNKNOWN, budget.share(), this::refused);
  }

  private void refused(RequestException e) {
    refusals.add(e.reason());
  }

  private static Buffer bytes(int count) {
    return Buffer.buffer(new byte[count]);
  }
}
