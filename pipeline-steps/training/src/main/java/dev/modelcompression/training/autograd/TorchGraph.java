package dev.modelcompression.training.autograd;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.training.operators.Arguments;
import dev.modelcompression.training.operators.NativeTensors;
import dev.modelcompression.training.operators.Operation;
import dev.modelcompression.training.operators.Operators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The part of an ONNX graph that one value depends on, run on libtorch with autograd.
 *
 * <p>Nodes that depend on no input and no parameter are computed once, when this is made. A value
 * is released after its last reader; what the backward pass needs, autograd itself holds.
 *
 * <p>Not thread-safe. Create and use it inside one {@link NativeScope}; each {@link #forward} in a
 * scope of its own, or memory grows with every step.
 */
public final class TorchGraph {
  /** One node, bound to positions in the value table. */
  private record Instruction(
      Node node, Operation operation, int[] inputs, int[] outputs, int[] dead) {}

  private final Model model;
  private final String output;
  private final Parameters parameters;
  private final Map<String, Tensor> statistics = new LinkedHashMap<>();
  private final Map<String, Integer> slots = new HashMap<>();
  private final List<Instruction> program = new ArrayList<>();
  private final @Nullable Tensor[] table;
  private final int result;

  /**
   * Prepares a private copy of a model.
   *
   * @param output name of the value to compute
   * @throws UnsupportedModelException an operator cannot be trained; the message names the node
   * @throws InvalidModelException a value is read that nothing computes
   */
  public TorchGraph(Model original, String output) {
    this.output = output;
    model = original.copy();
    var graph = model.graph();
    var statisticNames = RunningStatistics.separate(graph);
    var needed = graph.ancestors(output);
    var nodes = graph.nodes().stream().filter(needed::contains).toList();
    parameters = new Parameters(graph, Trainables.of(graph, nodes));
    var constants = new LinkedHashMap<String, Tensor>();
    parameters.leaves().forEach(constants::put);
    for (String name : statisticNames) {
      statistics.put(name, NativeTensors.of(graph.initializer(name).orElseThrow()));
    }
    constants.putAll(statistics);
    var dynamic = dynamicNodes(graph, nodes);
    NativeScope.withoutGradients(() -> fold(graph, nodes, dynamic, constants));
    compile(graph, nodes.stream().filter(dynamic::contains).toList(), constants.keySet());
    table = new Tensor[slots.size()];
    constants.forEach(
        (name, value) -> {
          var slot = slots.get(name);
          if (slot != null) {
            table[slot] = value;
          }
        });
    result = slotOf(output);
  }

  /** Nodes that depend on a graph input, a parameter or a running statistic. */
  private Set<Node> dynamicNodes(Graph graph, List<Node> nodes) {
    var changing = new HashSet<String>(parameters.leaves().keySet());
    changing.addAll(statistics.keySet());
    graph.requiredInputs().forEach(input -> changing.add(input.name()));
    var dynamic = new HashSet<Node>();
    for (Node node : nodes) {
      if (node.inputs().stream().anyMatch(changing::contains)) {
        dynamic.add(node);
        changing.addAll(node.outputs());
      }
    }
    return dynamic;
  }

  /** Computes the nodes that are the same in every step, and loads the initializers they read. */
  private void fold(
      Graph graph, List<Node> nodes, Set<Node> dynamic, Map<String, Tensor> constants) {
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        graph
            .initializer(input)
            .filter(tensor -> !constants.containsKey(input))
            .ifPresent(tensor -> constants.put(input, NativeTensors.of(tensor)));
      }
      if (dynamic.contains(node)) {
        continue;
      }
      var constant = graph.constant(node.output());
      if (constant.isPresent()) {
        constants.put(node.output(), NativeTensors.of(constant.get()));
        continue;
      }
      var inputs = new Tensor[node.inputs().size()];
      var positions = new int[inputs.length];
      for (int i = 0; i < inputs.length; i++) {
        positions[i] = node.hasInput(i) ? i : -1;
        if (node.hasInput(i)) {
          inputs[i] = known(node, constants.get(node.input(i)), node.input(i));
        }
      }
      var outputs = run(node, Operators.bind(node, model.opset()), inputs, positions, false);
      for (int i = 0; i < outputs.length && i < node.outputs().size(); i++) {
        constants.put(node.output(i), outputs[i]);
      }
    }
  }

  private static Tensor known(Node node, @Nullable Tensor value, String name) {
    if (value == null) {
      throw new InvalidModelException(
          "node '" + node.label() + "': nothing computes its input '" + name + "'");
    }
    return value;
  }

  private void compile(Graph graph, List<Node> nodes, Set<String> constants) {
    var lastReader = new HashMap<String, Node>();
    for (Node node : nodes) {
      node.inputs().forEach(input -> lastReader.put(input, node));
    }
    constants.forEach(lastReader::remove);
    graph.inputs().forEach(input -> lastReader.remove(input.name()));
    lastReader.remove(output);
    graph.requiredInputs().forEach(input -> slotOf(input.name()));
    for (Node node : nodes) {
      var inputs = node.inputs().stream().mapToInt(this::slotOf).toArray();
      var outputs = node.outputs().stream().mapToInt(this::slotOf).toArray();
      var dead =
          node.inputs().stream()
              .filter(input -> !input.isEmpty() && lastReader.get(input) == node)
              .distinct()
              .mapToInt(this::slotOf)
              .toArray();
      program.add(
          new Instruction(node, Operators.bind(node, model.opset()), inputs, outputs, dead));
    }
    slotOf(output);
  }

  private int slotOf(String name) {
    return name.isEmpty() ? -1 : slots.computeIfAbsent(name, key -> slots.size());
  }

  public Parameters parameters() {
    return parameters;
  }

  /** Running means and variances by initializer name; training forward passes update them. */
  public Map<String, Tensor> statistics() {
    return statistics;
  }

  /**
   * Computes the value that this graph was made for.
   *
   * @param inputs values by graph input name
   * @param training whether batch normalization uses and updates the statistics of the batch
   */
  public Tensor forward(Map<String, Tensor> inputs, boolean training) {
    var values = table.clone();
    inputs.forEach(
        (name, value) -> {
          var slot = slots.get(name);
          if (slot != null) {
            values[slot] = value;
          }
        });
    for (var instruction : program) {
      var outputs =
          run(instruction.node, instruction.operation, values, instruction.inputs, training);
      for (int i = 0; i < outputs.length && i < instruction.outputs.length; i++) {
        if (instruction.outputs[i] >= 0) {
          values[instruction.outputs[i]] = outputs[i];
        }
      }
      for (int slot : instruction.dead) {
        close(values[slot]);
        values[slot] = null;
      }
    }
    var computed = values[result];
    if (computed == null) {
      throw new InvalidModelException("nothing computes the value '" + output + "'");
    }
    return computed;
  }

  private static void close(@Nullable Tensor value) {
    if (value != null) {
      value.close();
    }
  }

  private static Tensor[] run(
      Node node, Operation operation, @Nullable Tensor[] values, int[] slots, boolean training) {
    try {
      return operation.apply(new Arguments(values, slots, training));
    } catch (UnsupportedModelException e) {
      throw e;
    } catch (RuntimeException e) {
      // libtorch appends a native stack trace; its first line is the message.
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new UnsupportedModelException(
          "node '" + node.label() + "' (" + node.opType() + ") cannot run: " + message, e);
    }
  }

  /**
   * The model with trained values: the same graph with other initializers.
   *
   * @param values laid out like {@link Parameters#values()}
   * @param statisticValues by name, as in {@link #statistics()}
   */
  public Model withValues(float[] values, Map<String, float[]> statisticValues) {
    var trained = model.copy();
    parameters.writeTo(trained.graph(), values);
    statisticValues.forEach(
        (name, elements) -> {
          long[] shape = trained.graph().initializer(name).orElseThrow().shape();
          trained
              .graph()
              .setInitializer(name, dev.modelcompression.onnx.Tensor.floats(shape, elements));
        });
    return trained;
  }
}
