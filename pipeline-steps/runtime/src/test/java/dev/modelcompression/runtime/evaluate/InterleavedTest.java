package dev.modelcompression.runtime.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.Progress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InterleavedTest {
  private final AtomicLong clock = new AtomicLong();
  private final StringBuilder order = new StringBuilder();

  @Test
  void aMachineThatSlowsDownDoesNotChangeTheRatio() {
    // The result takes half the time of the original, and everything gets ten times slower.
    var times =
        Interleaved.measure(
            () -> work('o', 200), () -> work('r', 100), 3, 300, clock::get, Progress.NONE);
    var ratio = times.ratio(new Bootstrap(500, 0.95, 1));
    assertThat(ratio.value()).isCloseTo(0.5, within(0.02));
    assertThat(ratio.low()).isGreaterThan(0.45);
    assertThat(ratio.high()).isLessThan(0.55);
    double first = times.original()[0][0];
    assertThat(times.original()[times.original().length - 1][0]).isGreaterThan(5 * first);
  }

  @Test
  void theRatioIsTheQuotientOfTheMediansAndLiesInItsInterval() {
    // The median of the blocks' own ratios is 0.8; that of all runs is 5 to 5.
    var times =
        new Interleaved(
            new double[][] {{4, 4}, {5, 5}, {10, 10}}, new double[][] {{6, 6}, {4, 4}, {5, 5}});
    var bootstrap = new Bootstrap(500, 0.95, 1);
    var ratio = times.ratio(bootstrap);
    assertThat(ratio.value())
        .isEqualTo(
            Interleaved.median(times.result(), bootstrap).value()
                / Interleaved.median(times.original(), bootstrap).value())
        .isEqualTo(1)
        .isBetween(ratio.low(), ratio.high());
    // All three draws the third block, or all the first: pairs stay together.
    assertThat(ratio.low()).isEqualTo(0.5);
    assertThat(ratio.high()).isEqualTo(1.5);
  }

  @Test
  void blocksAlternateAndSoDoesWhoGoesFirst() {
    var times =
        Interleaved.measure(
            () -> work('o', 1),
            () -> work('r', 1),
            2,
            60,
            clock::get,
            (done, total, note) -> order.append(done).append('/').append(total));
    assertThat(order.toString())
        .as("progress is told between blocks only")
        .startsWith(
            "oror"
                + "o".repeat(10)
                + "r".repeat(10)
                + "1/6"
                + "r".repeat(10)
                + "o".repeat(10)
                + "2/6")
        .endsWith("6/6");
    assertThat(times.original()).hasDimensions(6, 10);
    assertThat(times.result()).hasDimensions(6, 10);
  }

  @Test
  void fewRunsAreStillSpreadOverBlocks() {
    var times =
        Interleaved.measure(
            () -> work('o', 1), () -> work('r', 1), 0, 10, clock::get, Progress.NONE);
    assertThat(times.original()).hasDimensions(5, 2);
  }

  @Test
  void quantilesAreThoseOfAllRuns() {
    var blocks = new double[][] {{1, 2, 3}, {4, 5}};
    assertThat(Interleaved.quantile(blocks, 0.5)).isEqualTo(3);
    assertThat(Interleaved.quantile(blocks, 1)).isEqualTo(5);
    assertThat(Interleaved.median(blocks, new Bootstrap(100, 0.9, 1)).value()).isEqualTo(3);
  }

  private void work(char name, long time) {
    order.append(name);
    clock.addAndGet((long) (time * (1 + order.length() / 60.0)));
  }
}
