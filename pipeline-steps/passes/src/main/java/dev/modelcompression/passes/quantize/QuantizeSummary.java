package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.List;

/** What quantization did, for reports. */
public record QuantizeSummary(
    List<Weight> weights, List<ActivationScale> activations, List<QdqPlan.NodeDecision> nodes) {
  public QuantizeSummary {
    weights = List.copyOf(weights);
    activations = List.copyOf(activations);
    nodes = List.copyOf(nodes);
  }

  /**
   * One weight of one node.
   *
   * @param scales number of scales: output channels, or 1
   * @param sqnrDb signal to quantization noise of the weight; infinite when it is exact
   */
  public record Weight(
      String node,
      String opType,
      String tensor,
      long elements,
      int scales,
      float smallestScale,
      float largestScale,
      double sqnrDb) {
    static Weight of(Node node, String tensor, Tensor weight, WeightQuantizer.Quantized quantized) {
      float smallest = Float.MAX_VALUE;
      float largest = 0;
      for (float scale : quantized.scales()) {
        smallest = Math.min(smallest, scale);
        largest = Math.max(largest, scale);
      }
      return new Weight(
          node.label(),
          node.opType(),
          tensor,
          weight.elementCount(),
          quantized.scales().length,
          smallest,
          largest,
          quantized.sqnrDb());
    }
  }

  /** One activation, with the range that was asked for. */
  public record ActivationScale(String value, Range range, float scale, int zeroPoint) {}
}
