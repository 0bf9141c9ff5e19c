package dev.modelcompression.passes.testing;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.quantize.Range;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Min-max ranges of values over one batch. */
public final class Calibration {
  private Calibration() {}

  public static Map<String, Range> minMax(
      Model model, Set<String> values, Map<String, Tensor> inputs) {
    var seen = new LinkedHashMap<>(inputs);
    seen.putAll(OrtRunner.run(OrtRunner.exposing(model, values), inputs));
    var ranges = new LinkedHashMap<String, Range>();
    values.forEach(value -> ranges.put(value, range(Objects.requireNonNull(seen.get(value)))));
    return ranges;
  }

  private static Range range(Tensor tensor) {
    float min = Float.MAX_VALUE;
    float max = -Float.MAX_VALUE;
    for (float value : tensor.floats()) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    return new Range(min, max);
  }
}
