package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingChartsTest {
  private static final Details.TrainingEpoch FIRST =
      new Details.TrainingEpoch("fine-tune", 1, 0.48, 0.91, 0.01, 5);

  @Test
  void oneEpochIsNoCurveAndStaysInTheNumbers() {
    var one = TrainingCharts.of(List.of(FIRST));
    assertThat(one.charts()).isEmpty();
    assertThat(one.epochs()).hasSize(1);

    var two = TrainingCharts.of(List.of(FIRST, FIRST));
    assertThat(two.charts()).hasSize(2);
  }
}
