package dev.modelcompression.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Gate;
import dev.modelcompression.api.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateEvaluatorTest {
  @ParameterizedTest
  @CsvSource({
    "min,      0.89, true,  'top1 min 0.89: 0.89'",
    "min,      0.9,  false, 'top1 min 0.9: 0.89, missed by 0.01'",
    "max,      0.89, true,  'top1 max 0.89: 0.89'",
    "max,      0.5,  false, 'top1 max 0.5: 0.89, missed by 0.39'",
    "maxDrop,  0.03, true,  'top1 maxDrop 0.03: 0.02'",
    "maxDrop,  0.01, false, 'top1 maxDrop 0.01: 0.02, missed by 0.01'",
    "minRatio, 0.97, true,  'top1 minRatio 0.97: 0.978022'",
    "minRatio, 1,    false, 'top1 minRatio 1: 0.978022, missed by 0.021978'",
    "maxRatio, 1,    true,  'top1 maxRatio 1: 0.978022'",
    "maxRatio, 0.5,  false, 'top1 maxRatio 0.5: 0.978022, missed by 0.478022'"
  })
  void holdsEachKindOfLimit(String limit, double bound, boolean passed, String message) {
    Gate gate =
        new Gate(
            Metric.TOP1,
            limit.equals("min") ? bound : null,
            limit.equals("max") ? bound : null,
            limit.equals("maxDrop") ? bound : null,
            limit.equals("minRatio") ? bound : null,
            limit.equals("maxRatio") ? bound : null);

    List<GateResult> results =
        GateEvaluator.evaluate(List.of(gate), Map.of("result.top1", 0.89, "original.top1", 0.91));

    assertThat(results).hasSize(1);
    assertThat(results.get(0).limit()).isEqualTo(limit);
    assertThat(results.get(0).passed()).isEqualTo(passed);
    assertThat(results.get(0).message()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNoNumberNeverPasses(double value) {
    Gate gate = new Gate(Metric.LATENCY_P50, 0.0, 1e300, 1e300, 0.0, 1e300);

    assertThat(
            GateEvaluator.evaluate(
                List.of(gate), Map.of("result.latencyP50Ms", value, "original.latencyP50Ms", 1.0)))
        .hasSize(5)
        .noneMatch(GateResult::passed);
    assertThat(GateEvaluator.evaluate(List.of(gate), Map.of()))
        .hasSize(5)
        .noneMatch(GateResult::passed)
        .allMatch(result -> result.message().endsWith("no number was measured"));
  }

  @Test
  void aRatioToNothingNeverPasses() {
    Gate gate = new Gate(Metric.MACS, null, null, null, null, 1.0);

    assertThat(
            GateEvaluator.evaluate(List.of(gate), Map.of("result.macs", 0.0, "original.macs", 0.0)))
        .noneMatch(GateResult::passed);
  }

  @Test
  void numbersThatNobodyMeasuresFailAndCrashNothing() {
    Gate gate = new Gate(Metric.TOP1, null, null, 0.01, null, null);
    Map<String, Double> apart = Map.of("original.top1", 1.7e308, "result.top1", -1.7e308);
    assertThat(GateEvaluator.evaluate(List.of(gate), apart))
        .extracting(GateResult::message)
        .containsExactly("top1 maxDrop 0.01: no number was measured");
    Gate far = new Gate(Metric.TOP1, 1.7e308, null, null, null, null);
    assertThat(GateEvaluator.evaluate(List.of(far), apart)).noneMatch(GateResult::passed);
  }

  @Test
  void aDropOfExactlyTheLimitPassesThoughBinaryFractionsAreInexact() {
    Gate gate = new Gate(Metric.TOP1, null, null, 0.005, null, null);

    assertThat(
            GateEvaluator.evaluate(
                List.of(gate), Map.of("result.top1", 0.895, "original.top1", 0.9)))
        .allMatch(GateResult::passed);
  }

  @Test
  void aDropInTheOtherDirectionPasses() {
    Gate gate = new Gate(Metric.TOP1, null, null, 0.0, null, null);

    assertThat(
            GateEvaluator.evaluate(
                List.of(gate), Map.of("result.top1", 0.95, "original.top1", 0.9)))
        .allMatch(GateResult::passed);
  }
}
