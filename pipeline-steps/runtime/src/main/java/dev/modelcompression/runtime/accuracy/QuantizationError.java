package dev.modelcompression.runtime.accuracy;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.session.BatchRunner;
import dev.modelcompression.runtime.session.OrtModel;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.runtime.session.SessionSettings.Optimization;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far the values of a quantized model are from those of the float model that it was made from.
 *
 * <p>Values are matched by name: quantization in QDQ form gives the dequantized value the name of
 * the float one. The error of a value holds what the nodes before it have lost already, so nodes
 * are ranked by what they add.
 */
public final class QuantizationError {
  private QuantizationError() {}

  /**
   * Error at the output of one node.
   *
   * @param node the node of the float model whose result this is; activations that the quantized
   *     model fuses into it included
   * @param opType its operator
   * @param value name of the value compared
   * @param sqnrDb 10·log10(Σx² / Σ(x − y)²) over all elements and samples; absent when both agree
   * @param addedNoise share of noise, N / (Σx² + N) with N = Σ(x − y)², less that of the worst of
   *     the values that the node computes from; negative where errors average out. As a share it
   *     cannot grow without end, so that nodes behind a ruined one, which amplify its noise, rank
   *     below it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NodeError(
      String node, String opType, String value, @Nullable Double sqnrDb, double addedNoise) {}

  /**
   * Compares the outputs of all nodes with weights.
   *
   * @param samples data to run; a few dozen rows suffice
   * @return the node that adds most noise first
   */
  public static List<NodeError> byNode(
      Model original, Model quantized, Dataset samples, int batch, int threads) {
    var values = comparable(original.graph(), quantized.graph());
    var names = List.copyOf(values.keySet());
    var noise = noise(original, quantized, names, samples, batch, threads);
    var errors = new ArrayList<NodeError>();
    values.forEach(
        (value, node) -> {
          double own = noise.getOrDefault(value, 0.0);
          double before =
              nearest(original.graph(), value, noise.keySet()).stream()
                  .mapToDouble(input -> noise.getOrDefault(input, 0.0))
                  .max()
                  .orElse(0);
          Double sqnrDb = own == 0 ? null : -10 * Math.log10(own);
          errors.add(
              new NodeError(
                  node.label(), node.opType(), value, sqnrDb, share(own) - share(before)));
        });
    errors.sort(Comparator.comparingDouble(NodeError::addedNoise).reversed());
    return errors;
  }

  private static double share(double noiseOverSignal) {
    return noiseOverSignal / (1 + noiseOverSignal);
  }

  /** The compared values that a value is computed from, without another compared one between. */
  private static Set<String> nearest(Graph graph, String value, Set<String> compared) {
    var found = new LinkedHashSet<String>();
    var seen = new HashSet<String>();
    var queue = new ArrayDeque<>(inputs(graph, value));
    while (!queue.isEmpty()) {
      String input = queue.remove();
      if (!seen.add(input)) {
        continue;
      }
      if (compared.contains(input)) {
        found.add(input);
      } else {
        queue.addAll(inputs(graph, input));
      }
    }
    return found;
  }

  private static List<String> inputs(Graph graph, String value) {
    return graph.producer(value).map(Node::inputs).orElse(List.of());
  }

  /** Values that both graphs have, with the node with weights that each comes from. */
  private static Map<String, Node> comparable(Graph original, Graph quantized) {
    var values = new LinkedHashMap<String, Node>();
    for (Node node : original.nodes()) {
      if (!node.isAny("Conv", "ConvTranspose", "Gemm", "MatMul")) {
        continue;
      }
      quantizedResult(original, quantized, node)
          .ifPresent(value -> values.putIfAbsent(value, node));
    }
    return values;
  }

  /**
   * The value that the quantized model rounds to 8 bits: the node's, or that of an activation
   * behind it; the node's own where it stays float.
   */
  private static Optional<String> quantizedResult(Graph original, Graph quantized, Node node) {
    Optional<Node> current = Optional.of(node);
    while (current.isPresent()) {
      String value = current.get().output();
      if (quantized.producer(value).filter(p -> p.is("DequantizeLinear")).isPresent()) {
        return Optional.of(value);
      }
      current =
          original.soleConsumer(value).filter(next -> next.isAny("Relu", "Clip", "LeakyRelu"));
    }
    return Optional.of(node.output()).filter(value -> quantized.producer(value).isPresent());
  }

  /** Noise over signal by value; values that agree exactly have 0. */
  private static Map<String, Double> noise(
      Model original,
      Model quantized,
      List<String> values,
      Dataset samples,
      int batch,
      int threads) {
    // Basic rewrites only: fusions would drop the values to compare.
    var settings = SessionSettings.threads(threads).with(Optimization.BASIC);
    var signal = new double[values.size()];
    var noise = new double[values.size()];
    try (var first = OrtModels.open(withOutputs(original, values), settings);
        var second = OrtModels.open(withOutputs(quantized, values), settings);
        var a = runner(first, samples, batch, values);
        var b = runner(second, samples, batch, values)) {
      int step = Math.min(a.batch(), b.batch());
      for (int from = 0; from < samples.size(); from += step) {
        var rows = IntStream.range(from, Math.min(from + step, samples.size())).toArray();
        a.run(rows);
        b.run(rows);
        for (int i = 0; i < signal.length; i++) {
          add(a, b, values.get(i), signal, noise, i);
        }
      }
    }
    var ratios = new LinkedHashMap<String, Double>();
    for (int i = 0; i < signal.length; i++) {
      ratios.put(
          values.get(i), noise[i] == 0 ? 0 : noise[i] / Math.max(signal[i], Double.MIN_NORMAL));
    }
    return ratios;
  }

  private static void add(
      BatchRunner a, BatchRunner b, String value, double[] signal, double[] noise, int index) {
    var xs = a.values(value);
    var ys = b.values(value);
    while (xs.hasRemaining()) {
      double x = xs.get();
      double difference = x - ys.get();
      signal[index] += x * x;
      noise[index] += difference * difference;
    }
  }

  private static BatchRunner runner(
      OrtModel model, Dataset samples, int batch, List<String> values) {
    return model.runner(samples, batch, values);
  }

  private static Model withOutputs(Model model, List<String> values) {
    var copy = model.copy();
    for (String value : values) {
      if (!copy.graph().isOutput(value)) {
        copy.graph().addOutput(ValueInfo.untyped(value));
      }
    }
    return copy;
  }
}
