package dev.modelcompression.cli.step;

import dev.modelcompression.onnx.CostModel;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ModelCost;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.onnx.ValueInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Numbers that follow from a model alone, for one sample. */
final class ModelNumbers {
  private ModelNumbers() {}

  /**
   * Input shapes of one sample: an open first dimension, the batch, is 1; other open dimensions
   * stay open.
   */
  static Map<String, long[]> sampleShapes(Model model) {
    var shapes = new LinkedHashMap<String, long[]>();
    for (ValueInfo input : model.graph().requiredInputs()) {
      input
          .shape()
          .filter(shape -> shape.length > 0 && shape[0] < 0)
          .ifPresent(
              shape -> {
                shape[0] = 1;
                shapes.put(input.name(), shape);
              });
    }
    return shapes;
  }

  static Shapes shapes(Model model) {
    return ShapeInference.infer(model, sampleShapes(model));
  }

  static ModelCost cost(Model model) {
    return CostModel.of(model, shapes(model));
  }

  /**
   * Parameters and MACs by their names in the report; MACs are left out when a layer could not be
   * counted.
   */
  static Map<String, Double> metrics(Model model) {
    var cost = cost(model);
    var metrics = new TreeMap<String, Double>();
    metrics.put("parameters", (double) cost.parameters());
    if (cost.notCounted().isEmpty()) {
      metrics.put("macs", (double) cost.macs());
    }
    return metrics;
  }
}
