package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorAnnotation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The main graph of a model: nodes in execution order, constants, inputs and outputs.
 *
 * <p>Mutable and not thread-safe. Who produces and who reads a value is indexed: {@link #producer}
 * and {@link #consumers} take constant time, and every edit through this class or through {@link
 * Node} keeps the index right. Values that a subgraph (If, Loop, Scan) reads are {@linkplain
 * #isCaptured captured}: such names cannot be rewired.
 */
public final class Graph {
  private final GraphProto header;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final Map<String, SparseTensorProto> sparseInitializers = new LinkedHashMap<>();
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<ValueInfo> outputs = new ArrayList<>();
  private final Map<String, ValueInfo> valueInfos = new LinkedHashMap<>();
  private final List<TensorAnnotation> quantizationAnnotations = new ArrayList<>();

  private final Map<String, List<Node>> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> inputNames = new HashSet<>();
  private final Set<String> outputNames = new HashSet<>();

  Graph(GraphProto header) {
    this.header = header;
  }

  /** An empty graph. */
  public Graph(String name) {
    this(GraphProto.newBuilder().setName(name).build());
  }

  public String name() {
    return header.getName();
  }

  // ---- nodes

  /**
   * All nodes, in execution order; a live, unmodifiable view. Copy it before editing while
   * iterating.
   */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** A snapshot of the nodes of one standard operator: safe to edit the graph while iterating. */
  public List<Node> nodes(String opType) {
    return nodes.stream().filter(node -> node.is(opType)).toList();
  }

  /** Adds a node at the end. */
  public Node add(Node node) {
    return insert(nodes.size(), node);
  }

  /** Adds a node right before another. */
  public Node insertBefore(Node anchor, Node node) {
    return insert(indexOf(anchor), node);
  }

  /** Adds a node right after another. */
  public Node insertAfter(Node anchor, Node node) {
    return insert(indexOf(anchor) + 1, node);
  }

  /** Removes a node; its outputs are then produced by nothing. */
  public void remove(Node node) {
    nodes.remove(indexOf(node));
    unindex(node, node.inputs(), node.outputs());
    node.owner = null;
  }

  /** Removes all these nodes in one sweep. */
  public void removeAll(Set<Node> doomed) {
    nodes.removeIf(
        node -> {
          if (!doomed.contains(node)) {
            return false;
          }
          unindex(node, node.inputs(), node.outputs());
          node.owner = null;
          return true;
        });
  }

  // ---- values

  /** The node that computes the value; empty for graph inputs, initializers and unknown names. */
  public Optional<Node> producer(String value) {
    var candidates = producers.getOrDefault(value, List.of());
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(candidates.size() - 1));
  }

  /**
   * The nodes that read the value directly, each once; readers inside subgraphs count as the node
   * that holds them.
   */
  public List<Node> consumers(String value) {
    return List.copyOf(consumers.getOrDefault(value, List.of()));
  }

  /** The single direct reader of a value that nobody else can see: not an output, not captured. */
  public Optional<Node> soleConsumer(String value) {
    var readers = consumers.getOrDefault(value, List.of());
    boolean sole = readers.size() == 1 && !isOutput(value) && !isCaptured(value);
    return sole ? Optional.of(readers.get(0)) : Optional.empty();
  }

  /** Whether a caller feeds the value, or may. */
  public boolean isInput(String value) {
    return inputNames.contains(value);
  }

  public boolean isOutput(String value) {
    return outputNames.contains(value);
  }

  /** Whether a subgraph reads this value. */
  public boolean isCaptured(String value) {
    return consumers.getOrDefault(value, List.of()).stream()
        .anyMatch(node -> node.captures().contains(value));
  }

  /**
   * Makes every reader of {@code from} read {@code to}; graph outputs keep their name.
   *
   * @throws UnsupportedModelException a subgraph reads {@code from}
   */
  public void replaceUses(String from, String to) {
    if (isCaptured(from)) {
      throw new UnsupportedModelException(
          "value '" + from + "' is read inside a subgraph and cannot be replaced");
    }
    for (Node node : consumers(from)) {
      for (int i = 0; i < node.inputs().size(); i++) {
        if (node.input(i).equals(from)) {
          node.setInput(i, to);
        }
      }
    }
  }

  /** A name that no value has yet; remembers it as taken. */
  public String freshName(String prefix) {
    String name = prefix;
    for (int i = 1; !names.add(name); i++) {
      name = prefix + "_" + i;
    }
    return name;
  }

  // ---- constants

  /** Constants by name, in their order; sparse ones are apart. */
  public Map<String, Tensor> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  public Optional<Tensor> initializer(String name) {
    return Optional.ofNullable(initializers.get(name));
  }

  /**
   * Constant value of a name: an initializer that no caller can override, the output of a {@code
   * Constant}, or either behind {@code Identity} nodes, by which exporters share equal tensors.
   */
  public Optional<Tensor> constant(String name) {
    var source = name;
    var node = producer(source);
    while (node.isPresent() && node.get().is("Identity")) {
      source = node.get().input(0);
      node = producer(source);
    }
    if (node.isPresent()) {
      return node.filter(n -> n.is("Constant")).flatMap(Constants::value);
    }
    return isInput(source) ? Optional.empty() : initializer(source);
  }

  public void setInitializer(String name, Tensor tensor) {
    names.add(name);
    initializers.put(name, tensor);
  }

  /** Adds a constant under a name derived from {@code prefix} and returns that name. */
  public String addInitializer(String prefix, Tensor tensor) {
    String name = freshName(prefix);
    initializers.put(name, tensor);
    return name;
  }

  public void removeInitializer(String name) {
    initializers.remove(name);
    sparseInitializers.remove(name);
  }

  /** Names of the initializers in sparse encoding. */
  public Set<String> sparseInitializerNames() {
    return Collections.unmodifiableSet(sparseInitializers.keySet());
  }

  // ---- interface

  public List<ValueInfo> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /** Inputs that a caller must feed: those without an initializer of the same name. */
  public List<ValueInfo> requiredInputs() {
    return inputs.stream()
        .filter(
            i -> !initializers.containsKey(i.name()) && !sparseInitializers.containsKey(i.name()))
        .toList();
  }

  public List<ValueInfo> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  public void addInput(ValueInfo input) {
    inputs.add(input);
    inputNames.add(input.name());
    names.add(input.name());
  }

  public void setInput(int index, ValueInfo input) {
    inputs.set(index, input);
    interfaceChanged();
  }

  /**
   * Removes the declaration of an input, for example of one that an initializer of the same name
   * made optional.
   */
  public void removeInput(String name) {
    inputs.removeIf(input -> input.name().equals(name));
    interfaceChanged();
  }

  public void addOutput(ValueInfo output) {
    outputs.add(output);
    outputNames.add(output.name());
    names.add(output.name());
  }

  public void setOutput(int index, ValueInfo output) {
    outputs.set(index, output);
    interfaceChanged();
  }

  /**
   * Types and shapes of intermediate values, as the model states them; often incomplete, stale
   * after edits.
   */
  public Map<String, ValueInfo> valueInfos() {
    return Collections.unmodifiableMap(valueInfos);
  }

  public void putValueInfo(ValueInfo info) {
    valueInfos.put(info.name(), info);
  }

  /** Forgets the stated types of intermediate values, which an edit of shapes makes wrong. */
  public void clearValueInfos() {
    valueInfos.clear();
  }

  /**
   * Puts the nodes in an order in which every value is computed before it is read; keeps the
   * present order where it can.
   *
   * @throws InvalidModelException the graph has a cycle; the message names its nodes
   */
  public void sort() {
    var sorted = GraphOrder.sorted(this);
    nodes.clear();
    nodes.addAll(sorted);
  }

  /**
   * The nodes that {@code value} depends on, beginning with the one that computes it and going back
   * breadth-first.
   */
  public Set<Node> ancestors(String value) {
    var seen = new LinkedHashSet<Node>();
    var queue = new ArrayDeque<String>(List.of(value));
    while (!queue.isEmpty()) {
      producer(queue.remove())
          .filter(seen::add)
          .ifPresent(
              node -> {
                queue.addAll(node.inputs());
                queue.addAll(node.captures());
              });
    }
    return seen;
  }

  Map<String, SparseTensorProto> sparseInitializers() {
    return sparseInitializers;
  }

  List<TensorAnnotation> quantizationAnnotations() {
    return quantizationAnnotations;
  }

  GraphProto header() {
    return header;
  }

  void reindex(Node node, List<String> inputsBefore, List<String> outputsBefore) {
    unindex(node, inputsBefore, outputsBefore);
    index(node);
  }

  private Node insert(int position, Node node) {
    if (node.owner != null) {
      throw new IllegalArgumentException("node '" + node.label() + "' already belongs to a graph");
    }
    nodes.add(position, node);
    node.owner = this;
    index(node);
    return node;
  }

  private void interfaceChanged() {
    inputNames.clear();
    outputNames.clear();
    inputs.forEach(input -> inputNames.add(input.name()));
    outputs.forEach(output -> outputNames.add(output.name()));
    names.addAll(inputNames);
    names.addAll(outputNames);
  }

  private int indexOf(Node node) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) == node) {
        return i;
      }
    }
    throw new IllegalArgumentException("node '" + node.label() + "' is not in this graph");
  }

  void index(Node node) {
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        names.add(output);
        producers.computeIfAbsent(output, key -> new ArrayList<>(1)).add(node);
      }
    }
    for (String input : reads(node, node.inputs())) {
      names.add(input);
      consumers.computeIfAbsent(input, key -> new ArrayList<>(2)).add(node);
    }
    names.addAll(node.innerNames());
  }

  void unindex(Node node, List<String> nodeInputs, List<String> nodeOutputs) {
    nodeOutputs.forEach(output -> forget(producers, output, node));
    reads(node, nodeInputs).forEach(input -> forget(consumers, input, node));
  }

  private static void forget(Map<String, List<Node>> index, String value, Node node) {
    var nodes = index.get(value);
    if (nodes != null) {
      nodes.removeIf(entry -> entry == node);
      if (nodes.isEmpty()) {
        index.remove(value);
      }
    }
  }

  private static Set<String> reads(Node node, List<String> nodeInputs) {
    var reads = new LinkedHashSet<String>(nodeInputs);
    reads.addAll(node.captures());
    reads.remove("");
    return reads;
  }
}
