package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Puts the constants of Conv, Gemm and MatMul into integers: the weight as INT8 with scale s_w
 * {@code [M]}, the bias as INT32 {@code [M]} with scale s_x·s_w, which is what integer kernels add
 * to their sums.
 */
final class WeightWriter {
  /** Smallest bias scale for a bias b is |b| times this: twice |b| over 2³² − 2, and a little. */
  private static final double BIAS_STEP = 1.0001 * 2 / ((1L << 32) - 2);

  private final Graph graph;
  private final WeightQuantizer quantizer;
  private final ActivationWriter activations;
  private final List<Site> sites = new ArrayList<>();
  private final Map<Key, float[]> smallestScales = new LinkedHashMap<>();
  private final Map<Key, Written> written = new LinkedHashMap<>();

  private final Map<String, String> zeroPoints = new LinkedHashMap<>();

  /** What decides the integers of a weight: nodes with equal keys share them. */
  private record Key(String tensor, int axis, float factor) {}

  /** Names of the initializers of a weight. */
  private record Written(
      String values, String scales, String zeroPoints, WeightQuantizer.Quantized quantized) {}

  /** A node with its constants, as they were before any edit. */
  private record Site(
      Node node, Key key, Tensor weight, float inputScale, Optional<float[]> bias, BiasInput at) {}

  /** Where the bias goes in. */
  private record BiasInput(Node node, int index) {}

  WeightWriter(
      Graph graph, QdqSettings settings, List<Kernel> kernels, ActivationWriter activations) {
    this.graph = graph;
    this.quantizer = new WeightQuantizer(settings);
    this.activations = activations;
    kernels.stream()
        .filter(kernel -> kernel.unit().kind() == QdqUnit.Kind.WEIGHTED)
        .forEach(kernel -> sites.add(site(kernel)));
  }

  /** Edits the graph; to be called once. */
  List<QuantizeSummary.Weight> write() {
    sites.forEach(this::limitScales);
    return sites.stream().map(this::write).toList();
  }

  private Site site(Kernel kernel) {
    var node = kernel.node();
    var weight = graph.constant(node.input(1)).orElseThrow();
    int axis = OperatorRules.weightAxis(node);
    int channels = Math.toIntExact(weight.dim(axis));
    float alpha = node.is("Gemm") ? node.attribute("alpha", 1f) : 1;
    var at = new BiasInput(node, 2);
    var bias = OperatorRules.bias(graph, node, channels);
    if (kernel.unit().biasAdd().isPresent()) {
      var add = graph.producer(kernel.unit().biasAdd().get()).orElseThrow();
      int index = graph.constant(add.input(0)).isPresent() ? 0 : 1;
      at = new BiasInput(add, index);
      bias = graph.constant(add.input(index)).map(Tensor::floats);
    }
    var key = new Key(node.input(1), axis, alpha);
    return new Site(node, key, weight, activations.scale(node.input(0)), bias, at);
  }

  /** A bias must fit into 32 bits at scale s_x·s_w: where it does not, s_w grows. */
  private void limitScales(Site site) {
    int count = quantizer.scaleCount(site.weight, site.key.axis());
    var smallest = smallestScales.computeIfAbsent(site.key, key -> new float[count]);
    site.bias.ifPresent(
        bias -> {
          for (int c = 0; c < bias.length; c++) {
            double needed = Math.abs((double) bias[c]) * BIAS_STEP / site.inputScale;
            int index = count == 1 ? 0 : c;
            smallest[index] = Math.max(smallest[index], Math.nextUp((float) needed));
          }
        });
  }

  private QuantizeSummary.Weight write(Site site) {
    var weight = written.computeIfAbsent(site.key, key -> quantize(site));
    var node = site.node;
    node.setInput(
        1,
        dequantized(
            node,
            site.key.tensor(),
            site.key.axis(),
            weight.values,
            weight.scales,
            weight.zeroPoints));
    node.removeAttribute("alpha");
    node.removeAttribute("beta");
    site.bias.ifPresent(bias -> writeBias(site, bias, weight.quantized));
    return QuantizeSummary.Weight.of(site.node, site.key.tensor(), site.weight, weight.quantized);
  }

  private Written quantize(Site site) {
    var values = site.weight.floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= site.key.factor();
    }
    var smallest = Objects.requireNonNull(smallestScales.get(site.key));
    var quantized = quantizer.quantize(site.weight, values, site.key.axis(), smallest);
    String name = site.key.tensor();
    long[] shape = scaleShape(quantized.scales());
    return new Written(
        graph.addInitializer(name + "_quantized", quantized.values()),
        graph.addInitializer(name + "_scale", Tensor.floats(shape, quantized.scales())),
        zeroPoints(DataType.INT8, shape),
        quantized);
  }

  private void writeBias(Site site, float[] bias, WeightQuantizer.Quantized weight) {
    var scales = new float[weight.scales().length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = site.inputScale * weight.scales()[i];
    }
    var integers = new int[bias.length];
    for (int c = 0; c < bias.length; c++) {
      // Saturates at the limits of int, as a cast of a double does.
      integers[c] = (int) Math.rint((double) bias[c] / scales[scales.length == 1 ? 0 : c]);
    }
    String name = site.at.node.input(site.at.index);
    long[] shape = scaleShape(scales);
    String values =
        graph.addInitializer(name + "_quantized", Tensor.ints(new long[] {bias.length}, integers));
    String scaleName = graph.addInitializer(name + "_scale", Tensor.floats(shape, scales));
    String zeroPoints = zeroPoints(DataType.INT32, shape);
    site.at.node.setInput(
        site.at.index, dequantized(site.at.node, name, 0, values, scaleName, zeroPoints));
  }

  /** Zeros of one type and shape, once in the model: the fusion of Gemm wants to see them. */
  private String zeroPoints(DataType type, long[] shape) {
    int count = shape.length == 0 ? 1 : Math.toIntExact(shape[0]);
    return zeroPoints.computeIfAbsent(
        type + Arrays.toString(shape),
        key ->
            graph.addInitializer(
                "zero_point_" + type.name().toLowerCase(Locale.ROOT) + "_" + count,
                type == DataType.INT8
                    ? Tensor.bytes(type, shape, new byte[count])
                    : Tensor.ints(shape, new int[count])));
  }

  /** A DequantizeLinear of its own for each reader: a shared one is not recognized everywhere. */
  private String dequantized(
      Node reader, String name, int axis, String values, String scales, String zeroPoints) {
    String output = graph.freshName(name + "_dequantized");
    var node =
        Node.of(
            "DequantizeLinear",
            output + "_DequantizeLinear",
            List.of(values, scales, zeroPoints),
            List.of(output));
    if (graph.initializer(scales).orElseThrow().rank() == 1) {
      node.setAttribute("axis", axis);
    }
    graph.insertBefore(reader, node);
    return output;
  }

  private static long[] scaleShape(float[] scales) {
    return scales.length == 1 ? new long[0] : new long[] {scales.length};
  }
}
