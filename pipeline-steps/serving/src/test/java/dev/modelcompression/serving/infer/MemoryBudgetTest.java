package dev.modelcompression.serving.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.serving.infer.RequestException.Reason;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);

  @Test
  void whatOthersHaveIsOverloadAndWhatNobodyCanHaveIsTooLarge() {
    var one = budget.share();
    one.take(60);
    var two = budget.share();

    refused(two, 41, Reason.OVERLOADED);
    refused(two, 101, Reason.TOO_LARGE);
    refused(one, 41, Reason.TOO_LARGE);

    two.take(40);
    assertThat(budget.left()).isZero();
  }

  @Test
  void whoeverHangsUpIsChargedUntilTheModelIsDone() {
    var share = budget.share();
    share.take(60);
    share.queued();
    share.ended();
    assertThat(budget.left()).isEqualTo(40);

    share.done();
    assertThat(budget.left()).isEqualTo(100);
    share.take(10);
    share.giveBack(10);
    share.ended();
    assertThat(budget.left()).isEqualTo(100);
  }

  @Test
  void anAnswerThatIsStillWrittenIsChargedUntilTheCallIsOver() {
    var share = budget.share();
    share.take(60);
    share.queued();
    share.done();
    assertThat(budget.left()).isEqualTo(40);

    share.ended();
    assertThat(budget.left()).isEqualTo(100);
  }

  private static void refused(MemoryShare share, long bytes, Reason reason) {
    assertThatThrownBy(() -> share.take(bytes))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
