package dev.modelcompression.runtime.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model without changing it. What was not measured is absent.
 *
 * @param opset version of the standard operator set
 * @param sizeBytes size of its files
 * @param parameters learned numbers
 * @param parameterBytes bytes of them as stored
 * @param macs multiply–accumulate operations for one sample, of the nodes that could be counted
 * @param sparsity share of weights that are exactly zero
 * @param dynamicShapes inputs with free dimensions besides the batch
 * @param operators how often each operator occurs
 * @param foldableNorms BatchNormalization nodes that alone read a Conv, ConvTranspose or Gemm
 * @param nodes cost and time per node of the file, most expensive first
 * @param weights one entry per floating-point weight
 * @param activations one entry per value computed, when there was data
 * @param microsByOperator time of one inference by executed operator, when there was data
 * @param peakActivationBytes most memory in use for activations at once, when there was data
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelFacts(
    long irVersion,
    long opset,
    String producer,
    long sizeBytes,
    long parameters,
    long parameterBytes,
    long macs,
    double sparsity,
    List<Port> inputs,
    List<Port> outputs,
    List<String> dynamicShapes,
    SortedMap<String, Integer> operators,
    int foldableNorms,
    List<NodeFacts> nodes,
    List<WeightFacts> weights,
    @Nullable List<ActivationFacts> activations,
    @Nullable Map<String, Double> microsByOperator,
    @Nullable Long peakActivationBytes) {

  /** A graph input or output; free dimensions are −1. */
  public record Port(String name, String type, long[] shape) {}

  /**
   * One node of the file.
   *
   * @param macs for one sample; absent when unknown
   * @param micros time of one inference, of this node and what ONNX Runtime fuses into it; absent
   *     without data and for nodes that are fused into another or folded away
   * @param timeShare of all measured time
   * @param executedAs operator that ONNX Runtime runs in its place
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NodeFacts(
      String name,
      String opType,
      long parameters,
      @Nullable Long macs,
      @Nullable Double micros,
      @Nullable Double timeShare,
      @Nullable String executedAs) {}

  /**
   * One weight; NaN and infinities among its elements are left out of account.
   *
   * @param node first node that uses it
   * @param sparsity share of its elements that are exactly zero
   */
  public record WeightFacts(
      String name,
      String node,
      String opType,
      long[] shape,
      double min,
      double max,
      double standardDeviation,
      double sparsity) {}

  /** One value over all samples. */
  public record ActivationFacts(
      String value, double min, double max, double mean, double standardDeviation, double zeros) {}
}
