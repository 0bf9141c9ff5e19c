package dev.modelcompression.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
  private static final int LIMIT = 100;

  private final List<Reason> refusals = new ArrayList<>();
  private final BodyBudget budget = new BodyBudget(64);

  @Test
  void bodiesTogetherHaveNoMoreThanTheBudget() {
    RequestBody first = body();
    first.add(bytes(40));
    body().add(bytes(40));
    assertThat(refusals).containsExactly(Reason.OVERLOADED);

    first.release();
    first.release();

    body().add(bytes(64));
    assertThat(refusals).hasSize(1);
    body().add(bytes(1));
    assertThat(refusals).hasSize(2);
  }

  @Test
  void whatIsRefusedGivesBackWhatItHad() {
    RequestBody growing = body();
    growing.add(bytes(40));
    growing.add(bytes(40));
    growing.add(bytes(10));
    assertThat(refusals).containsExactly(Reason.OVERLOADED);

    body().add(bytes(64));
    assertThat(refusals).hasSize(1);
  }

  @Test
  void aPromiseOfBytesTakesNone() {
    for (int i = 0; i < 100_000; i++) {
      new RequestBody(Integer.MAX_VALUE, Long.MAX_VALUE, budget, this::refused);
    }
    body().add(bytes(64));
    assertThat(refusals).isEmpty();
  }

  @Test
  void aBodyBeyondItsOwnLimitIsTooLarge() {
    new RequestBody(10, 0, budget, this::refused).add(bytes(11));
    assertThat(refusals).containsExactly(Reason.TOO_LARGE);
  }

  private RequestBody body() {
    return new RequestBody(LIMIT, LIMIT, budget, this::refused);
  }

  private void refused(RequestException e) {
    refusals.add(e.reason());
  }

  private static Buffer bytes(int count) {
    return Buffer.buffer(new byte[count]);
  }
}
