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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far the values of a quantized model are from those of the float model that it was made from.
 *
 * <p>Values are matched by name: quantization in QDQ form gives the dequantized value the name of
 * the float one. The error of a value holds what the nodes before it have already lost; {@code
 * lossDb} is what this node adds.
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
   * @param lossDb by how much this is below the worst of the node's inputs; for the first nodes,
   *     below 60 dB, which is as good as exact
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NodeError(
      String node, String opType, String value, @Nullable Double sqnrDb, double lossDb) {}

  private static final double EXACT_DB = 60;

  /**
   * Compares the outputs of all nodes with weights.
   *
   * @param samples data to run; a few dozen rows suffice
   * @return the node that loses most first
   */
  public static List<NodeError> byNode(
      Model original, Model quantized, Dataset samples, int batch, int threads) {
    var values = comparable(original.graph(), quantized.graph());
    var sqnr =
        sqnr(original, quantized, values.keySet().stream().toList(), samples, batch, threads);
    var errors = new ArrayList<NodeError>();
    values.forEach(
        (value, node) -> {
          double worstInput =
              original.graph().ancestors(value).stream()
                  .flatMap(ancestor -> ancestor.outputs().stream())
                  .filter(output -> !output.equals(value) && sqnr.containsKey(output))
                  .mapToDouble(output -> decibels(sqnr.get(output)))
                  .min()
                  .orElse(EXACT_DB);
          Double own = sqnr.get(value);
          errors.add(
              new NodeError(node.label(), node.opType(), value, own, worstInput - decibels(own)));
        });
    errors.sort(Comparator.comparingDouble(NodeError::lossDb).reversed());
    return errors;
  }

  private static double decibels(@Nullable Double sqnr) {
    return sqnr == null ? EXACT_DB : Math.min(EXACT_DB, sqnr);
  }

  /** Values that both graphs have, with the node with weights that each comes from. */
  private static Map<String, Node> comparable(Graph original, Graph quantized) {
    var values = new LinkedHashMap<String, Node>();
    for (Node node : original.nodes()) {
      if (!node.isAny("Conv", "ConvTranspose", "Gemm", "MatMul")) {
        continue;
      }
      String value = node.output();
      // What follows is fused into the node: compare where the quantized model has a value again.
      while (!sameMeaning(quantized, value)) {
        var next = original.soleConsumer(value);
        if (next.isEmpty() || !next.get().isAny("Relu", "Clip", "Add", "LeakyRelu")) {
          break;
        }
        value = next.get().output();
      }
      if (sameMeaning(quantized, value)) {
        values.putIfAbsent(value, node);
      }
    }
    return values;
  }

  private static boolean sameMeaning(Graph quantized, String value) {
    return quantized.producer(value).isPresent();
  }

  private static Map<String, @Nullable Double> sqnr(
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
    var sqnr = new LinkedHashMap<String, @Nullable Double>();
    for (int i = 0; i < signal.length; i++) {
      sqnr.put(values.get(i), noise[i] == 0 ? null : 10 * Math.log10(signal[i] / noise[i]));
    }
    return sqnr;
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
