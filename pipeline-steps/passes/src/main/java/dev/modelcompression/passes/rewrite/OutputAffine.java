package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Scales and shifts the output channels of a linear operator through its constants: {@code y'[m] =
 * scale[m]·y[m] + shift[m]}.
 *
 * <p>Weights are {@code [M, C/group, kH, kW]} for Conv, {@code [C, M/group, kH, kW]} for
 * ConvTranspose, {@code [K, M]} for MatMul and for Gemm, {@code [M, K]} for Gemm with transB. The
 * arithmetic is in double precision, rounded once.
 */
final class OutputAffine {
  private OutputAffine() {}

  /**
   * Number of output channels M of a node that can take a scale; empty for other operators and
   * where weight or bias is not a float constant of its own node.
   */
  static OptionalInt channels(Graph graph, Node node) {
    if (!node.isAny("Conv", "ConvTranspose", "Gemm", "MatMul")) {
      return OptionalInt.empty();
    }
    var weight = graph.constant(node.input(1)).filter(w -> w.type() == DataType.FLOAT);
    if (weight.isEmpty() || weight.get().rank() < 2) {
      return OptionalInt.empty();
    }
    if (node.isAny("Gemm", "MatMul") && weight.get().rank() != 2) {
      return OptionalInt.empty();
    }
    int channels = Math.toIntExact(channels(node, weight.get()));
    return bias(graph, node, channels).isPresent() ? OptionalInt.of(channels) : OptionalInt.empty();
  }

  /** Whether the node has an input for the shift: MatMul has none. */
  static boolean takesShift(Node node) {
    return !node.is("MatMul");
  }

  /**
   * Folds scale and shift {@code [M]} into the node.
   *
   * @param shift all zero for MatMul
   */
  static void fold(Graph graph, Node node, double[] scale, double[] shift) {
    var weight = graph.constant(node.input(1)).orElseThrow();
    int channels = scale.length;
    var bias = bias(graph, node, channels).orElseThrow();
    setConstant(graph, node, 1, scaled(node, weight, scale));
    if (!takesShift(node)) {
      return;
    }
    var shifted = new float[channels];
    for (int m = 0; m < channels; m++) {
      shifted[m] = (float) (scale[m] * bias[m] + shift[m]);
    }
    if (node.is("Gemm")) {
      node.removeAttribute("beta");
    }
    setConstant(graph, node, 2, Tensor.vector(shifted));
  }

  private static long channels(Node node, Tensor weight) {
    return switch (node.opType()) {
      case "Conv" -> weight.dim(0);
      case "ConvTranspose" -> weight.dim(1) * node.attribute("group", 1L);
      case "Gemm" -> weight.dim(node.attribute("transB", 0L) == 1 ? 0 : 1);
      default -> weight.dim(1);
    };
  }

  /** What is added to each output channel {@code [M]}; empty when that is not one number each. */
  private static Optional<double[]> bias(Graph graph, Node node, int channels) {
    var bias = new double[channels];
    if (!node.hasInput(2) || !takesShift(node)) {
      return Optional.of(bias);
    }
    var tensor = graph.constant(node.input(2)).filter(b -> b.type() == DataType.FLOAT);
    if (tensor.isEmpty()) {
      return Optional.empty();
    }
    long count = tensor.get().elementCount();
    boolean perChannel =
        count == channels && (channels == 1 || tensor.get().dim(tensor.get().rank() - 1) == count);
    if (count != 1 && !perChannel) {
      return Optional.empty();
    }
    var values = tensor.get().floats();
    double beta = node.is("Gemm") ? node.attribute("beta", 1f) : 1;
    Arrays.setAll(bias, m -> beta * values[count == 1 ? 0 : m]);
    return Optional.of(bias);
  }

  private static Tensor scaled(Node node, Tensor weight, double[] scale) {
    var values = weight.floats();
    if (values.length > 0) {
      boolean channelsFirst = node.is("Conv") || node.attribute("transB", 0L) == 1;
      int kernel = node.is("ConvTranspose") ? kernelSize(weight) : 1;
      int inner = channelsFirst ? values.length / scale.length : kernel;
      int perGroup = node.is("ConvTranspose") ? (int) weight.dim(1) : scale.length;
      long group = node.attribute("group", 1L);
      long inputsPerGroup = weight.dim(0) / group;
      for (int i = 0; i < values.length; i++) {
        int m = i / inner % perGroup;
        if (node.is("ConvTranspose")) {
          long input = i / ((long) inner * perGroup);
          m += (int) (input / inputsPerGroup) * perGroup;
        }
        values[i] = (float) (values[i] * scale[m]);
      }
    }
    return Tensor.floats(weight.shape(), values);
  }

  private static int kernelSize(Tensor weight) {
    return Math.toIntExact(weight.elementCount() / (weight.dim(0) * weight.dim(1)));
  }

  /** Keeps the constant's name where nobody else reads it. */
  private static void setConstant(Graph graph, Node node, int input, Tensor tensor) {
    String name = node.input(input);
    boolean own = graph.initializer(name).isPresent() && graph.soleConsumer(name).isPresent();
    if (own) {
      graph.setInitializer(name, tensor);
    } else {
      String prefix = name.isEmpty() ? node.label() + ".bias" : name + ".folded";
      node.setInput(input, graph.addInitializer(prefix, tensor));
    }
  }
}
