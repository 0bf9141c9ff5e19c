package dev.modelcompression.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.api.Gate;
import dev.modelcompression.api.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateAssignmentsTest {
  @Test
  void limitsOfOneMetricAreOneGate() {
    assertThat(parse("top1.maxDrop=0.005", "sizeBytes.max=1e6", "top1.min=0.9"))
        .containsExactly(
            new Gate(Metric.TOP1, 0.9, null, 0.005, null, null),
            new Gate(Metric.SIZE_BYTES, null, 1e6, null, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          top1              | --gate: top1: expected METRIC.LIMIT=NUMBER, such as top1.maxDrop=0.005
          top1.maxDrop      | --gate: top1.maxDrop: expected METRIC.LIMIT=NUMBER
          top1=0.9          | --gate: top1=0.9: expected METRIC.LIMIT=NUMBER
          top1.maxDrp=0.1   | unknown limit; did you mean 'maxDrop'? Known: min, max, maxDrop, minRatio, maxRatio
          top1.metric=0.1   | unknown limit
          latencyP5.max=1   | found "latencyP5", expected one of agreement
          latencyP5.max=1   | ; did you mean 'latencyP50'?
          top1.maxDrop=-0.1 | --gate: top1.maxDrop=-0.1: found -0.1, expected a number from 0
          top1.maxDrop=1%   | found "1%", expected a number from 0
          top1.min=.nan     | .nan is not a decimal number
          top1.maxDrop=5    | --gate: top1.maxDrop: found 5, expected a fraction from 0 to 1; 0.005 is half
          agreement.maxDrop=0.1 | --gate: agreement: agreement is with the original: it has min and max only
          """)
  void saysWhatIsWrong(String assignment, String message) {
    assertThatThrownBy(() -> parse(assignment))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageContaining(message);
  }

  @Test
  void limitsOfOneMetricMustFitTogether() {
    assertThatThrownBy(() -> parse("top1.min=0.9", "top1.max=0.8"))
        .hasMessage("--gate: top1: min 0.9 is above max 0.8, so nothing can pass");
    assertThatThrownBy(() -> parse("top1.min=0.9", "top1.min=0.8"))
        .hasMessage("--gate: top1.min=0.8: the limit is given twice, first as 0.9");
  }

  private static List<Gate> parse(String... assignments) {
    return GateAssignments.parse(List.of(assignments), "--gate");
  }
}
