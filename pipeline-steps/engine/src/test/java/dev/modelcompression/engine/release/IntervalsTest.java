package dev.modelcompression.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalsTest {
  /** 95 % two-sided: the textbook's 81 of 263, as R's binom.test gives it. */
  @Test
  void ratesAreClopperAndPearsons() {
    var interval = Intervals.rate(81, 263, 0.025);
    assertThat(interval.estimate()).isEqualTo(81.0 / 263);
    assertThat(interval.low()).isCloseTo(0.2527, within(5e-5));
    assertThat(interval.high()).isCloseTo(0.3676, within(5e-5));
    // The rule of three: 1 − α^(1/n).
    assertThat(Intervals.rate(0, 100, 0.05).high())
        .isCloseTo(1 - Math.pow(0.05, 0.01), within(1e-9));
    assertThat(Intervals.rate(0, 100, 0.05).low()).isZero();
    assertThat(Intervals.rate(100, 100, 0.05).high()).isEqualTo(1);
  }

  /** By its definition: at the bound, what was seen or more has a chance of exactly alpha. */
  @Property(tries = 200)
  void boundsOfRatesAreExact(
      @ForAll @IntRange(min = 1, max = 2000) int trials,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @IntRange(min = 1, max = 5) int digits) {
    double alpha = Math.pow(10, -digits);
    int hits = (int) Math.round(share * trials);
    var interval = Intervals.rate(hits, trials, alpha);
    if (hits > 0) {
      var atLow = BinomialDistribution.of(trials, interval.low());
      assertThat(atLow.survivalProbability(hits - 1)).isCloseTo(alpha, within(1e-6));
    }
    if (hits < trials) {
      var atHigh = BinomialDistribution.of(trials, interval.high());
      assertThat(atHigh.cumulativeProbability(hits)).isCloseTo(alpha, within(1e-6));
    }
  }

  @Test
  void pairedDifferencesAreTangos() {
    var none = Intervals.pairedDifference(0, 0, 1000, 0.025);
    double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(0.025);
    assertThat(none.high()).isCloseTo(z * z / (1000 + z * z), within(1e-9));
    assertThat(none.low()).isCloseTo(-none.high(), within(1e-9));

    // Many discordant pairs: as Wald's.
    var many = Intervals.pairedDifference(3000, 2000, 100_000, 0.025);
    double error = Math.sqrt(5000 - 1e6 / 1e5) / 100_000;
    assertThat(many.estimate()).isEqualTo(0.01);
    assertThat(many.low()).isCloseTo(0.01 - z * error, within(2e-5));
    assertThat(many.high()).isCloseTo(0.01 + z * error, within(2e-5));
  }

  @Property(tries = 300)
  void pairedDifferencesAreAntisymmetricAndHoldTheirEstimate(
      @ForAll @IntRange(min = 0, max = 300) int first,
      @ForAll @IntRange(min = 0, max = 300) int second,
      @ForAll @IntRange(min = 0, max = 3000) int others,
      @ForAll @IntRange(min = 1, max = 5) int digits) {
    double alpha = Math.pow(10, -digits);
    int pairs = first + second + others;
    var interval = Intervals.pairedDifference(first, second, pairs, alpha);
    if (pairs == 0) {
      assertThat(interval).isEqualTo(Interval.UNKNOWN);
      return;
    }
    var turned = Intervals.pairedDifference(second, first, pairs, alpha);
    assertThat(interval.low()).isBetween(-1.0, interval.estimate());
    assertThat(interval.high()).isBetween(interval.estimate(), 1.0);
    assertThat(interval.low()).isCloseTo(-turned.high(), within(1e-9));
    assertThat(Intervals.pairedDifference(first, second, pairs, alpha / 2).low())
        .isLessThanOrEqualTo(interval.low());
  }

  /**
   * How often a true drop is taken for a greater one, summed over every outcome there can be. The
   * score interval may exceed alpha a little; the budget over looks has far more room than that.
   */
  @ParameterizedTest
  @CsvSource({
    "200, 0.00, 0.02, 0.03", "200, 0.00, 0.1, 0.03", "200, 0.005, 0.02, 0.03",
    "500, 0.005, 0.01, 0.03", "500, 0.005, 0.04, 0.01", "500, 0.02, 0.04, 0.001"
  })
  void aDropIsRarelyTakenForAGreaterOne(int n, double drop, double discordant, double alpha) {
    double first = (discordant + drop) / 2;
    double second = (discordant - drop) / 2;
    var discordants = BinomialDistribution.of(n, discordant);
    double wrong = 0;
    for (int d = 0; d <= n; d++) {
      double chance = discordants.probability(d);
      if (chance < 1e-12) {
        continue;
      }
      var split = BinomialDistribution.of(d, first / (first + second));
      for (int b = 0; b <= d; b++) {
        if (Intervals.pairedDifference(b, d - b, n, alpha).low() > drop) {
          wrong += chance * split.probability(b);
        }
      }
    }
    assertThat(wrong).isLessThan(1.7 * alpha);
  }

  @Test
  void ratiosAreBoundedByBothRates() {
    var interval = Intervals.ratio(50, 1000, 10, 1000, 0.05);
    assertThat(interval.estimate()).isEqualTo(5);
    assertThat(interval.low())
        .isEqualTo(Intervals.rate(50, 1000, 0.025).low() / Intervals.rate(10, 1000, 0.025).high());
    assertThat(interval.low()).isBetween(1.5, 5.0);

    var withoutBase = Intervals.ratio(50, 1000, 0, 1000, 0.05);
    assertThat(withoutBase.estimate()).isInfinite();
    assertThat(withoutBase.low()).isGreaterThan(5);
    assertThat(withoutBase.high()).isInfinite();
    assertThat(Intervals.ratio(1, 10, 0, 0, 0.05)).isEqualTo(Interval.UNKNOWN);
  }

  @Test
  void timesAreBoundedOnTheLogarithm() {
    var normal = Intervals.ofQuantile(2, 0.1, 0.5, 1_000_000, 0.025);
    assertThat(normal.low()).isCloseTo(2 * Math.exp(-0.196), within(1e-3));
    assertThat(normal.high()).isCloseTo(2 * Math.exp(0.196), within(1e-3));
    assertThat(Intervals.ofQuantile(2, 0.1, 0.99, 200, 0.025).high()).isGreaterThan(normal.high());
    assertThat(Intervals.ofQuantile(2, 0, 0.99, 200, 0.025)).isEqualTo(Interval.exactly(2));
  }

  @Test
  void nothingIsLeftToChanceWhenAllWasAsked() {
    assertThat(Intervals.ofPopulation(0, 0, 1000)).isEqualTo(1);
    assertThat(Intervals.ofPopulation(9, 9, 0)).isEqualTo(1);
    assertThat(Intervals.ofPopulation(1, 1, 1_000_000)).isCloseTo(1, within(1e-6));
    assertThat(Intervals.ofPopulation(750, 750, 1000)).isCloseTo(0.5, within(1e-12));
    assertThat(Intervals.ofPopulation(1000, 1000, 1000)).isZero();
    assertThat(Intervals.ofPopulation(1500, 1500, 1000)).isBetween(0.3, 0.5);
    assertThat(Intervals.ofPopulation(3000, 3000, 1000)).isZero();
  }

  /** The bounds are those of the unluckiest choice of requests without an answer, or wider. */
  @Test
  void whatWasNotAnsweredIsNotKnown() {
    assertThat(Intervals.ofPopulation(1000, 750, 1000)).isCloseTo(0.5, within(1e-12));
    assertThat(Intervals.ofPopulation(2000, 1500, 1000)).isGreaterThan(0.7);
    var random = new SplittableRandom(3);
    for (int run = 0; run < 2000; run++) {
      int population = random.nextInt(1, 12);
      int asked = random.nextInt(1, 4 * population);
      int[] answers = new int[population];
      int answered = 0;
      for (int i = 0; i < asked; i++) {
        boolean isAnswered = (i % population) % 3 != run % 3 || random.nextBoolean();
        answers[i % population] += isAnswered ? 1 : 0;
        answered += isAnswered ? 1 : 0;
      }
      double variance = 0;
      for (int times : answers) {
        double weight = (double) times / Math.max(1, answered) - 1.0 / population;
        variance += weight * weight * answered;
      }
      assertThat(Intervals.ofPopulation(asked, answered, population))
          .as("%d of %d requests, %d samples", answered, asked, population)
          .isGreaterThanOrEqualTo(Math.sqrt(variance) - 1e-9);
    }
  }

  @Test
  void theBudgetIsNeverOverspent() {
    double spent = 0;
    for (int look = 1; look <= 100_000; look++) {
      spent += ErrorBudget.at(0.95, look);
    }
    assertThat(spent).isBetween(0.0499, 0.05);
    assertThat(ErrorBudget.at(0.95, 1)).isCloseTo(0.0304, within(1e-4));
  }
}
