package dev.modelcompression.cli.step;

import dev.modelcompression.onnx.CostModel;
import dev.modelcompression.onnx.Model;
import java.util.Map;
import java.util.TreeMap;

/** Numbers that follow from a model alone, for one sample. */
final class ModelNumbers {
  private ModelNumbers() {}

  /**
   * Parameters and MACs by their names in the report; MACs are left out when a layer could not be
   * counted.
   */
  static Map<String, Double> metrics(Model model) {
    var cost = CostModel.ofOneSample(model);
    var metrics = new TreeMap<String, Double>();
    metrics.put("parameters", (double) cost.parameters());
    if (cost.notCounted().isEmpty()) {
      metrics.put("macs", (double) cost.macs());
    }
    return metrics;
  }
}
