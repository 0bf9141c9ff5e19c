package dev.modelcompression.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.engine.release.Intervals;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {
  @Test
  void quantilesAreTimesThatWereMeasured() {
    var times = new double[200];
    Arrays.setAll(times, i -> (i * 77 % 200) + 1);
    var found = Times.of(times, 1);
    assertThat(found.p50().value()).isCloseTo(100, within(1e-9));
    assertThat(found.p99().value()).isCloseTo(198, within(1e-9));
  }

  /** The standard error of a median of a log-normal is sqrt(π/2)·σ/sqrt(n) on the logarithm. */
  @Test
  void errorsAreThoseOfTheTextbook() {
    var random = new Random(7);
    var times = new double[2000];
    Arrays.setAll(times, i -> Math.exp(0.3 * random.nextGaussian()));
    double expected = Math.sqrt(Math.PI / 2) * 0.3 / Math.sqrt(2000);
    assertThat(Times.of(times, 1).p50().logError()).isCloseTo(expected, within(0.3 * expected));
  }

  @Test
  void whatSlowsBothDownCancelsOut() {
    var random = new Random(7);
    var baseline = new double[1000];
    Arrays.setAll(baseline, i -> Math.exp(random.nextGaussian()));
    double[] candidate = Arrays.stream(baseline).map(time -> 2 * time).toArray();
    var ratio = Times.ratio(baseline, candidate, 1);
    assertThat(ratio.p50().value()).isCloseTo(2, within(1e-9));
    assertThat(ratio.p99().value()).isCloseTo(2, within(1e-9));
    assertThat(ratio.p99().logError()).isCloseTo(0, within(1e-9));
    assertThat(Times.of(candidate, 1).p50().logError()).isGreaterThan(0.01);
  }

  /** Slow spells hold many requests: taken one by one they would look like much more evidence. */
  @Test
  void requestsInARowAreNotIndependent() {
    var random = new Random(7);
    var noise = random.doubles(1020).toArray();
    var spells = new double[1000];
    Arrays.setAll(spells, i -> Math.exp(Arrays.stream(noise, i, i + 20).sum() / 5));
    var shuffled = spells.clone();
    for (int i = shuffled.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double kept = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = kept;
    }
    assertThat(Times.of(spells, 1).p50().logError())
        .isGreaterThan(1.5 * Times.of(shuffled, 1).p50().logError());
  }

  /**
   * Equal servers with slow spells and spikes, 500 pairs: how often one is taken for slower. Twice
   * the error asked for is within what 500 simulations can tell from it.
   */
  @ParameterizedTest
  @CsvSource({"0.5", "0.99"})
  void equalServersAreRarelyTakenForUnequal(double quantile) {
    double alpha = 0.03;
    int wrong = 0;
    for (int seed = 0; seed < 500; seed++) {
      var random = new SplittableRandom(seed);
      var baseline = new double[500];
      var candidate = new double[500];
      double spell = 0;
      for (int i = 0; i < baseline.length; i++) {
        spell = 0.8 * spell + 0.1 * random.nextGaussian();
        baseline[i] = time(spell, random);
        candidate[i] = time(spell, random);
      }
      var ratio = Times.ratio(baseline, candidate, seed);
      var estimate = quantile < 0.9 ? ratio.p50() : ratio.p99();
      var interval =
          Intervals.ofQuantile(estimate.value(), estimate.logError(), quantile, 500, alpha);
      wrong += interval.low() > 1 || interval.high() < 1 ? 1 : 0;
    }
    assertThat(wrong / 500.0).isLessThan(2 * (2 * alpha));
  }

  private static double time(double spell, SplittableRandom random) {
    double spike = random.nextDouble() < 0.02 ? 2 + 8 * random.nextDouble() : 1;
    return Math.exp(spell + 0.2 * random.nextGaussian()) * spike;
  }

  @Test
  void fewTimesSayNothing() {
    assertThat(Times.of(new double[] {5}, 1).p99().logError()).isEqualTo(100);
    assertThat(Times.of(new double[19], 1).p50().value()).isEqualTo(1e-9);
  }

  @Test
  void theSameSeedGivesTheSame() {
    var times = new Random(3).doubles(100).toArray();
    assertThat(Times.of(times, 5)).isEqualTo(Times.of(times, 5)).isNotEqualTo(Times.of(times, 6));
  }
}
