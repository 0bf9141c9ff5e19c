package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Shapes;
import dev.modelcompression.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What integer vectors hold that are computed from shapes: numbers, and dimensions that only a run
 * will tell.
 */
final class ShapeValues {
  /** Longer vectors are no shapes. */
  private static final long MAX_ELEMENTS = 64;

  private static final long UNKNOWN = Long.MIN_VALUE;

  private final Graph graph;
  private final Shapes shapes;
  private final Map<String, Optional<Value>> known = new HashMap<>();

  ShapeValues(Graph graph, Shapes shapes) {
    this.graph = graph;
    this.shapes = shapes;
  }

  /** A number, or dimension {@code axis} of the value {@code of}. */
  record Element(long number, String of, int axis) {
    boolean isKnown() {
      return number != UNKNOWN;
    }

    boolean is(String value, int index) {
      return of.equals(value) && axis == index;
    }
  }

  /** An INT64 scalar or vector. */
  record Value(boolean scalar, List<Element> elements) {
    boolean isKnown() {
      return elements.stream().allMatch(Element::isKnown);
    }

    Tensor toTensor() {
      var numbers = elements.stream().mapToLong(Element::number).toArray();
      return scalar ? Tensor.longs(new long[0], numbers) : Tensor.vector(numbers);
    }
  }

  static boolean isSupported(Node node) {
    return node.isAny("Shape", "Gather", "Slice", "Concat", "Squeeze", "Unsqueeze", "Cast");
  }

  Optional<Value> of(String name) {
    var cached = known.get(name);
    if (cached == null) {
      cached = compute(name);
      known.put(name, cached);
    }
    return cached;
  }

  private Optional<Value> compute(String name) {
    var constant = graph.constant(name);
    if (constant.isPresent()) {
      return constant(constant.get());
    }
    var producer = graph.producer(name).filter(ShapeValues::isSupported);
    if (producer.isEmpty()) {
      return Optional.empty();
    }
    var node = producer.get();
    return switch (node.opType()) {
      case "Shape" -> shape(node);
      case "Gather" -> gather(node);
      case "Slice" -> slice(node);
      case "Concat" -> concat(node);
      case "Cast" ->
          node.attribute("to", 0L) == DataType.INT64.code() ? of(node.input(0)) : Optional.empty();
      default -> changeRank(node);
    };
  }

  private static Optional<Value> constant(Tensor tensor) {
    if (tensor.type() != DataType.INT64
        || tensor.rank() > 1
        || tensor.elementCount() > MAX_ELEMENTS) {
      return Optional.empty();
    }
    var elements = new ArrayList<Element>();
    for (long number : tensor.longs()) {
      elements.add(new Element(number, "", 0));
    }
    return Optional.of(new Value(tensor.rank() == 0, List.copyOf(elements)));
  }

  private Optional<Value> shape(Node node) {
    var dims = shapes.shape(node.input(0));
    if (dims.isEmpty()) {
      return Optional.empty();
    }
    int rank = dims.get().length;
    int start = clamp(node.attribute("start", 0L), rank);
    int end = clamp(node.attribute("end", (long) rank), rank);
    var elements = new ArrayList<Element>();
    for (int i = start; i < end; i++) {
      // An empty dimension must not be mistaken for the 0 of Reshape, which copies one.
      long dim = dims.get()[i] > 0 ? dims.get()[i] : UNKNOWN;
      elements.add(new Element(dim, node.input(0), i));
    }
    return Optional.of(new Value(false, List.copyOf(elements)));
  }

  private Optional<Value> gather(Node node) {
    var data = of(node.input(0)).filter(value -> !value.scalar());
    var indices = graph.constant(node.input(1)).filter(i -> i.rank() <= 1);
    if (data.isEmpty() || indices.isEmpty()) {
      return Optional.empty();
    }
    int count = data.get().elements().size();
    var elements = new ArrayList<Element>();
    for (long index : indices.get().longs()) {
      long position = index < 0 ? index + count : index;
      if (position < 0 || position >= count) {
        return Optional.empty();
      }
      elements.add(data.get().elements().get((int) position));
    }
    return Optional.of(new Value(indices.get().rank() == 0, List.copyOf(elements)));
  }

  private Optional<Value> slice(Node node) {
    var data = of(node.input(0)).filter(value -> !value.scalar());
    var start = graph.constant(node.input(1));
    var end = graph.constant(node.input(2));
    boolean plain =
        !node.hasInput(4)
            || graph.constant(node.input(4)).filter(step -> step.longs()[0] == 1).isPresent();
    if (data.isEmpty() || start.isEmpty() || end.isEmpty() || !plain) {
      return Optional.empty();
    }
    var elements = data.get().elements();
    int from = clamp(start.get().longs()[0], elements.size());
    int to = clamp(end.get().longs()[0], elements.size());
    return Optional.of(new Value(false, elements.subList(Math.min(from, to), to)));
  }

  private Optional<Value> concat(Node node) {
    var elements = new ArrayList<Element>();
    for (String input : node.inputs()) {
      var value = of(input);
      if (value.isEmpty() || value.get().scalar()) {
        return Optional.empty();
      }
      elements.addAll(value.get().elements());
    }
    return Optional.of(new Value(false, List.copyOf(elements)));
  }

  /** Squeeze of a vector of one to a scalar, Unsqueeze of a scalar to a vector of one. */
  private Optional<Value> changeRank(Node node) {
    boolean toScalar = node.is("Squeeze");
    return of(node.input(0))
        .filter(value -> value.elements().size() == 1 && value.scalar() != toScalar)
        .filter(
            value ->
                shapes.shape(node.output()).filter(s -> s.length == (toScalar ? 0 : 1)).isPresent())
        .map(value -> new Value(toScalar, value.elements()));
  }

  private static int clamp(long index, int count) {
    long position = index < 0 ? index + count : index;
    return (int) Math.max(0, Math.min(count, position));
  }
}
