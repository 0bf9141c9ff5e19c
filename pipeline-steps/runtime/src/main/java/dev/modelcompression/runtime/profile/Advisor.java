package dev.modelcompression.runtime.profile;

import dev.modelcompression.runtime.profile.ModelFacts.ActivationFacts;
import dev.modelcompression.runtime.profile.ModelFacts.NodeFacts;
import dev.modelcompression.runtime.profile.ModelFacts.WeightFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Turns facts into advice, in the order in which the steps are best run. A pure function. */
public final class Advisor {
  /** ONNX Runtime's float convolution works on blocks of this many channels with AVX-512. */
  private static final int CHANNEL_BLOCK = 16;

  private static final long PER_CHANNEL_OPSET = 13;
  private static final double DOMINANT = 0.5;
  private static final double NOTABLE_SPARSITY = 0.3;

  /** A largest magnitude beyond this many standard deviations is an outlier. */
  private static final double OUTLIER_SIGMAS = 20;

  private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvTranspose");

  /** Those that ONNX Runtime has an integer kernel for. */
  private static final Set<String> INTEGER_CONVOLUTIONS = Set.of("Conv");

  private static final Set<String> PRODUCTS = Set.of("Gemm", "MatMul");

  private Advisor() {}

  /** Advice on a model that is to run on a CPU. */
  public static List<Advice> advise(ModelFacts facts, Cpu cpu) {
    var advice = new ArrayList<Advice>();
    clean(facts, advice);
    boolean quantized = facts.operators().keySet().stream().anyMatch(Advisor::isQuantized);
    double convolutions = share(facts, CONVOLUTIONS);
    double quantizable = share(facts, INTEGER_CONVOLUTIONS);
    double products = share(facts, PRODUCTS);
    if (convolutions >= DOMINANT && !quantized) {
      prune(facts, convolutions, advice);
    }
    if (facts.sparsity() >= NOTABLE_SPARSITY) {
      advice.add(
          new Advice(
              "prune with structure: Channel",
              percent(facts.sparsity())
                  + " of the weights are zero, but in no order that a CPU uses",
              "single zeros compress well on disk and save no time; whole channels do both"));
    }
    if (quantized) {
      advice.add(
          new Advice(
              "no quantize step",
              "the model already holds quantized operators",
              "quantizing again loses accuracy and gains nothing"));
    } else if (quantizable + products >= DOMINANT) {
      quantize(facts, cpu, quantizable >= products, advice);
    }
    if (!facts.dynamicShapes().isEmpty()) {
      advice.add(
          new Advice(
              "fix input shapes",
              "inputs " + facts.dynamicShapes() + " have free dimensions besides the batch",
              "fixed shapes let ONNX Runtime plan memory ahead and fold shape arithmetic"));
    }
    return advice;
  }

  private static void clean(ModelFacts facts, List<Advice> advice) {
    int norms = facts.foldableNorms();
    if (norms > 0) {
      advice.add(
          new Advice(
              "optimize",
              norms
                  + (norms == 1 ? " BatchNormalization is" : " BatchNormalizations are")
                  + " not folded into the layer before",
              "fewer nodes, the same numbers, and integer kernels that fuse"));
    }
    if (facts.opset() < PER_CHANNEL_OPSET) {
      advice.add(
          new Advice(
              "optimize",
              "opset " + facts.opset() + " is older than " + PER_CHANNEL_OPSET,
              "an upgrade lets quantization give each channel its own scale"));
    }
  }

  private static void prune(ModelFacts facts, double share, List<Advice> advice) {
    String reason = percent(share) + " of the " + basis(facts) + " goes into convolutions";
    var uneven = facts.weights().stream().filter(Advisor::isUneven).map(WeightFacts::name).toList();
    advice.add(
        new Advice(
            "prune with structure: Channel, roundTo: " + CHANNEL_BLOCK + ", then fineTune",
            reason,
            "time falls with the channels, as long as their number stays a multiple of "
                + CHANNEL_BLOCK));
    if (!uneven.isEmpty()) {
      advice.add(
          new Advice(
              "prune with roundTo: " + CHANNEL_BLOCK,
              uneven.size()
                  + " convolutions have a number of channels that is no multiple of "
                  + CHANNEL_BLOCK
                  + ", such as that of '"
                  + uneven.get(0)
                  + "'",
              "kernels work on blocks of "
                  + CHANNEL_BLOCK
                  + " channels: the rest of the last block is wasted"));
    }
  }

  private static boolean isUneven(WeightFacts weight) {
    return weight.opType().equals("Conv") && weight.shape()[0] % CHANNEL_BLOCK != 0;
  }

  private static void quantize(
      ModelFacts facts, Cpu cpu, boolean convolutional, List<Advice> advice) {
    String work = convolutional ? "convolutions" : "matrix products";
    double share = share(facts, convolutional ? INTEGER_CONVOLUTIONS : PRODUCTS);
    advice.add(
        new Advice(
            convolutional ? "quantize with mode: Static" : "quantize with mode: Dynamic",
            percent(share) + " of the " + basis(facts) + " goes into " + work,
            "about a quarter of the size"
                + (cpu.sumsInt8Exactly() ? " and less than half of the time" : "")));
    if (!cpu.flags().isEmpty() && !cpu.sumsInt8Exactly()) {
      advice.add(
          new Advice(
              "quantize with reduceRange: Always",
              "this CPU (" + cpu.name() + ") adds products of 8-bit numbers in 16 bits",
              "7-bit weights cannot saturate, so that accuracy does not depend on the CPU"));
    }
    var outlier = convolutional ? outlier(facts.activations()) : null;
    if (outlier != null) {
      advice.add(
          new Advice(
              "quantize with calibrator: Percentile",
              "value '%s' reaches %.3g with a standard deviation of %.3g"
                  .formatted(
                      outlier.value(),
                      Math.max(-outlier.min(), outlier.max()),
                      outlier.standardDeviation()),
              "clipping rare numbers leaves finer steps for all others"));
    }
  }

  private static @Nullable ActivationFacts outlier(@Nullable List<ActivationFacts> activations) {
    return activations == null
        ? null
        : activations.stream()
            .filter(a -> Math.max(-a.min(), a.max()) > OUTLIER_SIGMAS * a.standardDeviation())
            .findFirst()
            .orElse(null);
  }

  /** Share of the time, or of the multiply–accumulate operations where nothing was timed. */
  private static double share(ModelFacts facts, Set<String> operators) {
    ToDoubleFunction<NodeFacts> weight =
        isTimed(facts) ? node -> number(node.micros()) : node -> number(node.macs());
    double all = facts.nodes().stream().mapToDouble(weight).sum();
    double part =
        facts.nodes().stream()
            .filter(node -> operators.contains(node.opType()))
            .mapToDouble(weight)
            .sum();
    return all == 0 ? 0 : part / all;
  }

  private static boolean isTimed(ModelFacts facts) {
    Map<String, Double> times = facts.microsByOperator();
    return times != null && !times.isEmpty();
  }

  private static String basis(ModelFacts facts) {
    return isTimed(facts) ? "time" : "arithmetic";
  }

  private static double number(@Nullable Number value) {
    return value == null ? 0 : value.doubleValue();
  }

  private static boolean isQuantized(String operator) {
    return operator.contains("QLinear")
        || operator.contains("QuantizeLinear")
        || operator.equals("DequantizeLinear")
        || operator.contains("Integer")
        || operator.endsWith("MatMulNBits");
  }

  private static String percent(double share) {
    return Math.round(100 * share) + " %";
  }
}
