package dev.modelcompression.runtime.profile;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.CostModel;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ModelCost;
import dev.modelcompression.onnx.ModelCost.NodeCost;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.calibrate.Calibration;
import dev.modelcompression.runtime.calibrate.CalibrationSettings;
import dev.modelcompression.runtime.calibrate.Calibrator;
import dev.modelcompression.runtime.calibrate.Histogram;
import dev.modelcompression.runtime.profile.ModelFacts.ActivationFacts;
import dev.modelcompression.runtime.profile.ModelFacts.NodeFacts;
import dev.modelcompression.runtime.profile.ModelFacts.Port;
import dev.modelcompression.runtime.profile.ModelFacts.WeightFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Collects the facts of a model: from the graph alone, and from runs when there is data. */
public final class Analysis {
  private static final int CALIBRATION_BATCH = 8;

  /**
   * How to measure.
   *
   * @param profileRuns inferences to time; more than {@link Profile#MAX_RUNS} are not taken
   * @param samples rows that value ranges are taken from; 0 leaves activations out
   * @param batch rows of one timed inference
   * @param threads threads of one inference
   */
  public record Settings(int profileRuns, int samples, int batch, int threads) {}

  private Analysis() {}

  /**
   * Analyzes a model.
   *
   * @param sizeBytes size of the model's files
   * @param data samples to run; without them nothing is timed
   * @throws dev.modelcompression.data.InvalidDataException the data does not fit the model
   */
  public static ModelFacts of(
      Model model, long sizeBytes, Optional<Dataset> data, Settings settings, Progress progress) {
    var graph = model.graph();
    var shapes = ShapeInference.ofOneSample(model);
    var cost = CostModel.ofOneSample(model, shapes);
    var profile = data.map(d -> profile(model, d, settings, progress)).orElse(null);
    var activations =
        data.filter(d -> settings.samples() > 0)
            .map(d -> activations(model, shapes, d, settings, progress))
            .orElse(null);
    var weights = weights(graph);
    return new ModelFacts(
        model.irVersion(),
        model.opset(),
        model.producerName(),
        sizeBytes,
        cost.parameters(),
        cost.parameterBytes(),
        cost.macs(),
        sparsity(weights),
        graph.requiredInputs().stream().map(Analysis::port).toList(),
        graph.outputs().stream().map(Analysis::port).toList(),
        graph.requiredInputs().stream().filter(Analysis::isDynamic).map(ValueInfo::name).toList(),
        cost.operators(),
        foldableNorms(graph),
        nodes(graph, cost, profile),
        weights,
        activations,
        profile == null ? null : profile.microsByOperator(),
        profile == null ? null : profile.peakActivationBytes());
  }

  private static Profile profile(Model model, Dataset data, Settings settings, Progress progress) {
    progress.update(0, 1, "profile");
    int runs = Math.max(1, Math.min(Profile.MAX_RUNS, settings.profileRuns()));
    return Profile.of(model, data, settings.batch(), settings.threads(), runs);
  }

  private static List<ActivationFacts> activations(
      Model model, Shapes shapes, Dataset data, Settings settings, Progress progress) {
    var values = new LinkedHashSet<String>();
    for (Node node : model.graph().nodes()) {
      node.outputs().stream()
          .filter(output -> shapes.type(output) == DataType.FLOAT)
          .filter(output -> model.graph().constant(output).isEmpty())
          .forEach(values::add);
    }
    var rows = IntStream.range(0, Math.min(settings.samples(), data.size())).toArray();
    var calibration =
        new CalibrationSettings(Calibrator.minMax(), CALIBRATION_BATCH, settings.threads());
    var facts = new ArrayList<ActivationFacts>();
    Calibration.run(model, values, data.select(rows), calibration, progress)
        .histograms()
        .forEach((value, histogram) -> facts.add(facts(value, histogram)));
    return facts;
  }

  private static ActivationFacts facts(String value, Histogram histogram) {
    return new ActivationFacts(
        value,
        histogram.min(),
        histogram.max(),
        histogram.mean(),
        histogram.standardDeviation(),
        histogram.count() == 0 ? 0 : (double) histogram.zeros() / histogram.count());
  }

  private static List<NodeFacts> nodes(Graph graph, ModelCost cost, @Nullable Profile profile) {
    var times = profile == null ? Map.<String, Profile.NodeTime>of() : attributed(graph, profile);
    double total = profile == null ? 0 : profile.totalMicros();
    var nodes = new ArrayList<NodeFacts>();
    for (NodeCost node : cost.nodes()) {
      var time = times.get(node.name());
      nodes.add(
          new NodeFacts(
              node.name(),
              node.opType(),
              node.parameters(),
              node.macs().isPresent() ? node.macs().getAsLong() : null,
              time == null ? null : time.micros(),
              time == null || total == 0 ? null : time.micros() / total,
              time == null ? null : time.opType()));
    }
    nodes.sort(
        Comparator.<NodeFacts>comparingDouble(node -> orZero(node.micros()))
            .thenComparingDouble(node -> orZero(node.macs()))
            .reversed());
    return nodes;
  }

  private static double orZero(@Nullable Number number) {
    return number == null ? 0 : number.doubleValue();
  }

  /**
   * Executed nodes by the name of the node of the file that they stand for: the one of that name,
   * or the one with weights behind the value that gave a node of another layout its name.
   */
  private static Map<String, Profile.NodeTime> attributed(Graph graph, Profile profile) {
    var names = new LinkedHashSet<String>();
    graph.nodes().forEach(node -> names.add(node.label()));
    var times = new LinkedHashMap<String, Profile.NodeTime>();
    for (var executed : profile.nodes()) {
      if (names.contains(executed.name())) {
        times.putIfAbsent(executed.name(), executed);
      } else {
        String value = executed.name().replaceFirst("_nchwc$", "");
        heavyBehind(graph, value).ifPresent(node -> times.putIfAbsent(node.label(), executed));
      }
    }
    return times;
  }

  private static Optional<Node> heavyBehind(Graph graph, String value) {
    var node = graph.producer(value);
    while (node.isPresent()
        && node.get().isAny("Relu", "Clip", "BatchNormalization", "Add", "Sigmoid", "Tanh")) {
      node = graph.producer(node.get().input(0));
    }
    return node;
  }

  private static List<WeightFacts> weights(Graph graph) {
    var facts = new ArrayList<WeightFacts>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              var users = graph.consumers(name);
              if (tensor.type() == DataType.FLOAT && tensor.rank() > 1 && !users.isEmpty()) {
                facts.add(facts(name, users.get(0), tensor));
              }
            });
    return facts;
  }

  private static WeightFacts facts(String name, Node user, Tensor tensor) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    long zeros = 0;
    int count = 0;
    for (float value : tensor.floats()) {
      if (!Float.isFinite(value)) {
        continue; // one NaN would hide what the others are
      }
      count++;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      squares += (double) value * value;
      zeros += value == 0 ? 1 : 0;
    }
    boolean empty = count == 0;
    count = Math.max(1, count);
    double mean = sum / count;
    return new WeightFacts(
        name,
        user.label(),
        user.opType(),
        tensor.shape(),
        empty ? 0 : min,
        empty ? 0 : max,
        Math.sqrt(Math.max(0, squares / count - mean * mean)),
        (double) zeros / count);
  }

  private static double sparsity(List<WeightFacts> weights) {
    double zeros = 0;
    double all = 0;
    for (var weight : weights) {
      double elements = 1;
      for (long dim : weight.shape()) {
        elements *= dim;
      }
      all += elements;
      zeros += weight.sparsity() * elements;
    }
    return all == 0 ? 0 : zeros / all;
  }

  private static int foldableNorms(Graph graph) {
    return (int)
        graph.nodes("BatchNormalization").stream()
            .filter(norm -> graph.soleConsumer(norm.input(0)).isPresent())
            .flatMap(norm -> graph.producer(norm.input(0)).stream())
            .filter(layer -> layer.isAny("Conv", "ConvTranspose", "Gemm"))
            .count();
  }

  private static Port port(ValueInfo value) {
    return new Port(value.name(), value.type().name(), value.shape().orElse(new long[0]));
  }

  private static boolean isDynamic(ValueInfo input) {
    var shape = input.shape();
    return shape.isEmpty()
        || IntStream.range(1, shape.get().length).anyMatch(i -> shape.get()[i] < 0);
  }
}
