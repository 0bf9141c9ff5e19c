package dev.modelcompression.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.passes.quantize.Range;
import dev.modelcompression.runtime.ArrayDataset;
import dev.modelcompression.runtime.Models;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void inputsIntermediatesAndOutputsAreObserved() {
    var data = new ArrayDataset(3).with("input", new float[] {1, -5, 2, -1, 4, 0}, 2);
    var values = new LinkedHashSet<>(List.of("input", "hidden", "output"));
    var result = Calibration.run(Models.reluPlusOne(-1), values, data, settings(2), Progress.NONE);
    assertThat(result.ranges())
        .containsExactly(
            java.util.Map.entry("input", new Range(-5, 4)),
            java.util.Map.entry("hidden", new Range(0, 4)),
            java.util.Map.entry("output", new Range(1, 5)));
    assertThat(result.histogram("hidden").zeros()).isEqualTo(3);
    assertThat(result.histogram("output").mean()).isCloseTo(13 / 6.0, within(1e-6));
  }

  @Test
  void theBatchDoesNotMatterOnARealModel() {
    var model = Models.resnet8();
    var values = new LinkedHashSet<String>();
    model.graph().nodes("Relu").forEach(node -> values.add(node.output()));
    var data = Models.images(50);
    var small = Calibration.run(model, values, data, settings(7), Progress.NONE);
    var seen = new ArrayList<Long>();
    var large =
        Calibration.run(model, values, data, settings(32), (done, total, note) -> seen.add(done));
    assertThat(seen).containsExactly(32L, 50L);
    // ONNX Runtime's kernels may add in another order for another batch.
    large
        .ranges()
        .forEach(
            (value, range) -> {
              assertThat(range.min()).isZero();
              assertThat(small.range(value).max()).isCloseTo(range.max(), within(1e-4f));
            });
    assertThat(large.ranges().keySet()).containsExactlyElementsOf(values);
  }

  @Test
  void minMaxAloneFindsWhatTheHistogramsFind() {
    var model = Models.resnet8();
    var values = new LinkedHashSet<String>(List.of("input"));
    model.graph().nodes("Relu").forEach(node -> values.add(node.output()));
    model.graph().nodes("Add").forEach(node -> values.add(node.output()));
    var data = Models.images(50);

    var ranges = Calibration.minMax(model, values, data, 32, 2, Progress.NONE);

    assertThat(ranges)
        .isEqualTo(Calibration.run(model, values, data, settings(32), Progress.NONE).ranges());
    assertThat(ranges.values()).anySatisfy(range -> assertThat(range.min()).isNegative());
  }

  @Test
  void minMaxAloneRefusesWhatIsNotANumber() {
    var data = new ArrayDataset(2).with("input", new float[] {1, 2, Float.NaN, 0}, 2);
    assertThatThrownBy(
            () ->
                Calibration.minMax(
                    Models.reluPlusOne(-1), Set.of("input"), data, 2, 1, Progress.NONE))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("value 'input'");
  }

  @Test
  void anUnknownValueIsRefused() {
    var data = ArrayDataset.gaussian("input", 2, 1, 2);
    assertThatThrownBy(
            () ->
                Calibration.run(
                    Models.reluPlusOne(-1), Set.of("nowhere"), data, settings(1), Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void aNumberThatIsNotFiniteNamesTheValue() {
    var data = new ArrayDataset(1).with("input", new float[] {Float.POSITIVE_INFINITY, 0}, 2);
    assertThatThrownBy(
            () ->
                Calibration.run(
                    Models.reluPlusOne(-1), Set.of("hidden"), data, settings(1), Progress.NONE))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("value 'hidden'");
  }

  private static CalibrationSettings settings(int batch) {
    return new CalibrationSettings(Calibrator.minMax(), batch, 2);
  }
}
