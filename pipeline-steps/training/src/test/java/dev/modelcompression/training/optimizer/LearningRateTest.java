package dev.modelcompression.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.training.FineTuneSettings.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {
  @ParameterizedTest
  @CsvSource({
    "CONSTANT, 10, 1",
    "CONSTANT, 99, 1",
    "COSINE, 10, 1",
    "COSINE, 55, 0.5",
    "COSINE, 99, 0.0003046",
    "STEP, 39, 1",
    "STEP, 41, 0.1",
    "STEP, 99, 0.01"
  })
  void fallsAfterWarmUp(Schedule schedule, long step, double expected) {
    assertThat(new LearningRate(schedule, 1, 10, 100).at(step)).isCloseTo(expected, within(1e-6));
  }

  @Test
  void growsLinearlyInWarmUp() {
    var rates = new LearningRate(Schedule.COSINE, 2, 4, 100);

    assertThat(new double[] {rates.at(0), rates.at(1), rates.at(3)}).containsExactly(0.5, 1, 2);
  }

  @Test
  void oneCycleRisesAndFalls() {
    var rates = new LearningRate(Schedule.ONE_CYCLE, 1, 0, 100);

    assertThat(rates.at(0)).isCloseTo(0.04, within(1e-9));
    assertThat(rates.at(15)).isCloseTo(0.52, within(1e-9));
    assertThat(rates.at(30)).isCloseTo(1, within(1e-9));
    assertThat(rates.at(65)).isCloseTo(0.5, within(1e-9));
    assertThat(rates.at(99)).isLessThan(0.001);
  }
}
