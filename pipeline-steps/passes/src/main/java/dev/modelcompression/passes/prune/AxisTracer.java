package dev.modelcompression.passes.prune;

import static dev.modelcompression.passes.prune.Coupling.FIXED;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Follows every removable index of every axis through the graph, in execution order, and collects
 * what must change when it goes: {@linkplain Slice slices} of constants, {@linkplain #edits()
 * edits} of attributes and shape constants.
 *
 * <p>Constants are traced like values. A constant that more than one node reads is one axis to all
 * of them when it is a layer's weight, so that tied layers stay tied; a per-channel parameter is
 * traced once per reader, and unshared later where the readers disagree.
 */
final class AxisTracer {
  private final Model model;
  private final Graph graph;
  private final Shapes shapes;
  private final Coupling coupling = new Coupling();
  private final Map<String, int[][]> axes = new HashMap<>();
  private final Map<String, String> fixedBecause = new HashMap<>();
  private final Map<String, int[]> tied = new HashMap<>();
  private final List<Slice> slices = new ArrayList<>();
  private final List<int[]> parts = new ArrayList<>();
  private final List<Work> work = new ArrayList<>();
  private final List<Consumer<Kept>> edits = new ArrayList<>();

  private AxisTracer(Model model, Shapes shapes) {
    this.model = model;
    this.graph = model.graph();
    this.shapes = shapes;
  }

  /**
   * Traces the main graph.
   *
   * @throws UnsupportedModelException the model is quantized already
   */
  static AxisTracer trace(Model model, Shapes shapes) {
    var tracer = new AxisTracer(model, shapes);
    for (var input : tracer.graph.inputs()) {
      tracer.fixedBecause.put(input.name(), "graph input '" + input.name() + "'");
    }
    for (Node node : tracer.graph.nodes()) {
      tracer.step(node);
    }
    return tracer;
  }

  private void step(Node node) {
    refuseQuantized(node);
    if (node.is("Constant") || (node.is("Identity") && constant(node, 0).isPresent())) {
      return;
    }
    var unknown = unknownShape(node);
    if (unknown.isPresent() && DependencyRules.knows(node)) {
      block(node, "the shape of '" + unknown.get() + "' at " + describe(node) + " is unknown");
    } else {
      couple(node);
    }
    for (String output : node.outputs()) {
      int[][] traced = axes.get(output);
      if (traced == null) {
        inheritCause(node, output);
      } else if (graph.isOutput(output)) {
        pin(traced, "it is the graph output '" + output + "'");
      } else if (graph.isCaptured(output)) {
        pin(traced, "a subgraph reads the value '" + output + "'");
      }
    }
  }

  private void couple(Node node) {
    try {
      DependencyRules.of(node).apply(this, node);
    } catch (IllegalArgumentException e) {
      throw new InvalidModelException(
          describe(node) + ": its operands do not fit: " + e.getMessage(), e);
    }
  }

  private Optional<String> unknownShape(Node node) {
    return Stream.concat(node.inputs().stream(), node.outputs().stream())
        .filter(value -> !value.isEmpty() && shape(value).isEmpty())
        .findFirst();
  }

  static void refuseQuantized(Node node) {
    if (node.opType().contains("QuantizeLinear")
        || node.is("DequantizeLinear")
        || node.opType().startsWith("QLinear")) {
      throw new UnsupportedModelException(
          "node '"
              + node.label()
              + "' ("
              + node.opType()
              + ") shows that the model is quantized: prune the float model first, then quantize");
    }
  }

  private void inheritCause(Node node, String output) {
    node.inputs().stream()
        .map(fixedBecause::get)
        .filter(cause -> cause != null)
        .findFirst()
        .ifPresent(cause -> fixedBecause.putIfAbsent(output, cause));
  }

  // ---- what rules ask

  Coupling coupling() {
    return coupling;
  }

  Graph graph() {
    return graph;
  }

  long opset() {
    return model.opset();
  }

  /** Dimensions of a node's input or output value, negative where unknown. */
  Optional<long[]> shape(String value) {
    var constant = graph.constant(value);
    if (constant.isPresent()) {
      return constant.map(Tensor::shape);
    }
    var dims = shapes.shape(value);
    int[][] traced = axes.get(value);
    if (dims.isPresent() && traced != null) {
      for (int axis = 0; axis < traced.length; axis++) {
        dims.get()[axis] = traced[axis].length > 0 ? traced[axis].length : dims.get()[axis];
      }
    }
    return dims;
  }

  /** Dimensions of a value that is known to have some: rules run on nothing else. */
  long[] dims(String value) {
    return shape(value).orElseThrow();
  }

  /** Name of the constant behind an input, through {@code Identity} nodes. */
  Optional<String> constant(Node node, int input) {
    return constantName(graph, node.input(input));
  }

  /** Value of the constant behind an input. */
  Optional<Tensor> tensor(Node node, int input) {
    return graph.constant(node.input(input));
  }

  /** Name of the initializer or Constant output behind a value; empty when it is computed. */
  static Optional<String> constantName(Graph graph, String value) {
    if (graph.constant(value).isEmpty()) {
      return Optional.empty();
    }
    String at = value;
    for (var node = graph.producer(at);
        node.isPresent() && node.get().is("Identity");
        node = graph.producer(at)) {
      at = node.get().input(0);
    }
    return Optional.of(at);
  }

  /**
   * Axes of an operand: of the value that flows there, or of a constant, each of whose axes longer
   * than 1 is then removable.
   */
  int[][] operand(Node node, int input) {
    var constant = tensor(node, input);
    if (constant.isEmpty()) {
      return data(node, input);
    }
    var traced = fixed(constant.get().rank());
    for (int axis = 0; axis < traced.length; axis++) {
      if (constant.get().dim(axis) > 1) {
        traced[axis] = slice(node, input, axis, AxisRole.PER_CHANNEL);
      }
    }
    return traced;
  }

  /** Axes of a data input, in a new outer array; all fixed when nothing was traced. */
  int[][] data(Node node, int input) {
    int[][] traced = axes.get(node.input(input));
    return traced == null ? fixed(dims(node.input(input)).length) : traced.clone();
  }

  /** An axis of a constant that only this reader's channels decide about. */
  int[] slice(Node node, int input, int axis, AxisRole role) {
    var name = constant(node, input).orElseThrow();
    int length = Math.toIntExact(graph.constant(name).orElseThrow().dim(axis));
    var units =
        role == AxisRole.PER_CHANNEL
            ? coupling.fresh(length)
            : tied.computeIfAbsent(name + "\n" + axis, key -> coupling.fresh(length));
    slices.add(new Slice(node, input, name, axis, units, role));
    return units;
  }

  /** Like {@link #slice}, for a filter that is depthwise: per channel, yet tied between layers. */
  int[] depthwiseSlice(Node node, int input, int axis) {
    var name = constant(node, input).orElseThrow();
    int length = Math.toIntExact(graph.constant(name).orElseThrow().dim(axis));
    var units = tied.computeIfAbsent(name + "\n" + axis, key -> coupling.fresh(length));
    slices.add(new Slice(node, input, name, axis, units, AxisRole.PER_CHANNEL));
    return units;
  }

  /** States the axes of an output. */
  void output(Node node, int index, int[][] traced) {
    String value = node.output(index);
    boolean any = Arrays.stream(traced).anyMatch(axis -> axis.length > 0);
    if (!value.isEmpty() && any) {
      axes.put(value, traced);
    }
  }

  /** A part of an axis that must keep at least one channel. */
  void part(int[] units) {
    parts.add(units);
  }

  /** Multiply–accumulates of a node: {@code each} for every combination of the axes' units. */
  void work(Node node, double each, int[]... units) {
    work.add(new Work(node, each, List.of(units)));
  }

  /** Gives a node a whole-number constant of its own, of the type that it has there. */
  void replaceConstant(Node node, int input, long... values) {
    boolean narrow = tensor(node, input).filter(t -> t.type() == DataType.INT32).isPresent();
    long[] shape = {values.length};
    var tensor =
        narrow
            ? Tensor.ints(shape, Arrays.stream(values).mapToInt(Math::toIntExact).toArray())
            : Tensor.longs(shape, values);
    String prefix = node.hasInput(input) ? node.input(input) : node.label() + ".sizes";
    node.setInput(input, graph.addInitializer(prefix, tensor));
  }

  /** Changes one entry of a whole-number constant, for this node only. */
  void replaceEntry(Node node, int input, int entry, long value) {
    long[] values = tensor(node, input).orElseThrow().longs();
    values[entry] = value;
    replaceConstant(node, input, values);
  }

  void edit(Consumer<Kept> edit) {
    edits.add(edit);
  }

  /** Pins all axes but the listed ones. */
  void pinOthers(int[][] traced, String reason, int... free) {
    for (int axis = 0; axis < traced.length; axis++) {
      int at = axis;
      if (Arrays.stream(free).noneMatch(f -> f == at)) {
        coupling.pin(traced[axis], reason);
        traced[axis] = FIXED;
      }
    }
  }

  void pin(int[][] traced, String reason) {
    for (int[] axis : traced) {
      coupling.pin(axis, reason);
    }
  }

  /** Pins whatever reaches this node; its outputs are fixed. */
  void block(Node node, String reason) {
    for (String input : node.inputs()) {
      pin(axes.getOrDefault(input, new int[0][]), reason);
    }
    node.outputs().forEach(output -> fixedBecause.put(output, reason));
  }

  /** Words for why the operand's axes are fixed. */
  String fixedReason(Node node, int input) {
    String value = node.input(input);
    String origin = fixedBecause.get(value);
    return describe(node)
        + " combines it with '"
        + value
        + "', whose channels are fixed"
        + (origin == null ? "" : " by " + origin);
  }

  static String describe(Node node) {
    return "node '" + node.label() + "' (" + node.opType() + ")";
  }

  static int[][] fixed(int rank) {
    var traced = new int[rank][];
    Arrays.fill(traced, FIXED);
    return traced;
  }

  // ---- what was found

  List<Slice> slices() {
    return slices;
  }

  List<int[]> parts() {
    return parts;
  }

  List<Work> work() {
    return work;
  }

  List<Consumer<Kept>> edits() {
    return edits;
  }

  /**
   * Multiply–accumulates of one node.
   *
   * @param each MACs for one combination of units
   * @param units the axes whose lengths multiply to the rest
   */
  record Work(Node node, double each, List<int[]> units) {}
}
