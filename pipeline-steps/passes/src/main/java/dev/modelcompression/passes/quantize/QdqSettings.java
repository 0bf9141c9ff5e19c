package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import java.util.Set;

/**
 * How static INT8 quantization is done. The defaults are what ONNX Runtime runs fastest on x86
 * CPUs: unsigned activations with a zero point, signed symmetric weights with one scale an output
 * channel.
 *
 * @param activationType {@code UINT8} (default) or {@code INT8}, both with a zero point; on x86
 *     ONNX Runtime converts signed activations at load time, which not every model survives in
 *     speed
 * @param perChannel one weight scale for each output channel (default), or one a tensor
 * @param reduceRange weights in ±64 instead of ±127 (default no), so that 16-bit sums of CPUs
 *     without VNNI cannot saturate: 2·255·64 &lt; 32767
 * @param weightClip how the range of a weight is found
 * @param minWeightElements weights with fewer elements stay float, and their nodes with them;
 *     default 0, because a float node between integer ones costs more than its weight saves
 * @param activationProducts whether MatMul of two activations, as in attention, is quantized too;
 *     default no: it costs accuracy and gains little time
 * @param excludedNodes names of nodes that stay float
 * @param excludedOpTypes operators that stay float, such as {@code Softmax}
 */
public record QdqSettings(
    DataType activationType,
    boolean perChannel,
    boolean reduceRange,
    WeightClip weightClip,
    long minWeightElements,
    boolean activationProducts,
    Set<String> excludedNodes,
    Set<String> excludedOpTypes) {

  public QdqSettings {
    if (activationType != DataType.UINT8 && activationType != DataType.INT8) {
      throw new IllegalArgumentException(
          "activationType: found " + activationType + ", allowed: UINT8, INT8");
    }
    if (minWeightElements < 0) {
      throw new IllegalArgumentException(
          "minWeightElements: found " + minWeightElements + ", allowed: 0 or more");
    }
    excludedNodes = Set.copyOf(excludedNodes);
    excludedOpTypes = Set.copyOf(excludedOpTypes);
  }

  public static QdqSettings defaults() {
    return new QdqSettings(
        DataType.UINT8, true, false, WeightClip.NONE, 0, false, Set.of(), Set.of());
  }

  public QdqSettings withActivationType(DataType type) {
    return new QdqSettings(
        type,
        perChannel,
        reduceRange,
        weightClip,
        minWeightElements,
        activationProducts,
        excludedNodes,
        excludedOpTypes);
  }

  public QdqSettings withPerChannel(boolean value) {
    return new QdqSettings(
        activationType,
        value,
        reduceRange,
        weightClip,
        minWeightElements,
        activationProducts,
        excludedNodes,
        excludedOpTypes);
  }

  public QdqSettings withReduceRange(boolean value) {
    return new QdqSettings(
        activationType,
        perChannel,
        value,
        weightClip,
        minWeightElements,
        activationProducts,
        excludedNodes,
        excludedOpTypes);
  }

  public QdqSettings withWeightClip(WeightClip value) {
    return new QdqSettings(
        activationType,
        perChannel,
        reduceRange,
        value,
        minWeightElements,
        activationProducts,
        excludedNodes,
        excludedOpTypes);
  }

  public QdqSettings withActivationProducts(boolean value) {
    return new QdqSettings(
        activationType,
        perChannel,
        reduceRange,
        weightClip,
        minWeightElements,
        value,
        excludedNodes,
        excludedOpTypes);
  }

  public QdqSettings withExcludedNodes(Set<String> nodes) {
    return new QdqSettings(
        activationType,
        perChannel,
        reduceRange,
        weightClip,
        minWeightElements,
        activationProducts,
        nodes,
        excludedOpTypes);
  }

  public QdqSettings withExcludedOpTypes(Set<String> opTypes) {
    return new QdqSettings(
        activationType,
        perChannel,
        reduceRange,
        weightClip,
        minWeightElements,
        activationProducts,
        excludedNodes,
        opTypes);
  }
}
