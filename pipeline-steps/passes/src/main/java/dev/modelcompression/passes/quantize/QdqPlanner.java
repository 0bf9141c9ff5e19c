package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.passes.ExcludedNodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the largest set of nodes that gain from integer arithmetic.
 *
 * <p>Starts with all nodes that could, and takes out those that would only add conversions: a node
 * without a weight stays only if its inputs are quantized anyway and somebody in the set reads its
 * output. Taking one out may cost a neighbour its reason, so this repeats until nothing changes.
 */
final class QdqPlanner {
  private final Graph graph;
  private final QdqSettings settings;
  private final OperatorRules rules;

  /** The set, by node, in execution order. */
  private final Map<Node, QdqUnit> units = new LinkedHashMap<>();

  private final Map<Node, String> reasons = new HashMap<>();

  QdqPlanner(Model model, QdqSettings settings) {
    this.graph = model.graph();
    this.settings = settings;
    this.rules = new OperatorRules(model, settings);
  }

  QdqPlan plan() {
    FloatModel.require(graph);
    ExcludedNodes.check(graph, settings.excludedNodes());
    collect();
    while (dropNodesThatGainNothing()) {
      // until nobody leaves
    }
    return new QdqPlan(settings, decisions(), List.copyOf(units.values()), activations());
  }

  private void collect() {
    var absorbed = new HashSet<String>();
    for (Node node : graph.nodes()) {
      var ruling = rules.rule(node);
      if (ruling.kind().isPresent() && !absorbed.contains(node.output())) {
        var unit = unit(node, ruling.kind().get());
        unit.biasAdd().ifPresent(absorbed::add);
        units.put(node, unit);
      } else if (!ruling.reason().isEmpty()) {
        reasons.put(node, ruling.reason());
      }
    }
  }

  private QdqUnit unit(Node node, QdqUnit.Kind kind) {
    Optional<String> biasAdd =
        kind == QdqUnit.Kind.WEIGHTED ? rules.biasAdd(node).map(Node::output) : Optional.empty();
    String tail = biasAdd.orElse(node.output());
    if (kind != QdqUnit.Kind.SHARED_SCALE) {
      tail = rules.impliedActivation(tail).map(Node::output).orElse(tail);
    }
    return new QdqUnit(kind, node.output(), biasAdd, tail);
  }

  private boolean dropNodesThatGainNothing() {
    var inside = insideValues();
    var neededByAnchors = neededByAnchors();
    var read = readValues();
    var leaving = new ArrayList<Node>();
    units.forEach(
        (node, unit) -> {
          if (!unit.isAnchor()) {
            boolean fed = isFed(node, unit, inside, neededByAnchors);
            boolean wanted = outputs(node, unit).stream().allMatch(read::contains);
            if (!fed || !wanted) {
              leaving.add(node);
              reasons.put(
                  node, fed ? "nothing quantized reads its output" : "its inputs are float");
            }
          }
        });
    leaving.forEach(units::remove);
    return !leaving.isEmpty();
  }

  private boolean isFed(Node node, QdqUnit unit, Set<String> inside, Set<String> needed) {
    boolean any = false;
    for (int i : OperatorRules.activationInputs(node, unit.kind())) {
      boolean constant = graph.constant(node.input(i)).isPresent();
      boolean quantized = inside.contains(node.input(i)) || needed.contains(node.input(i));
      if (!constant && !quantized) {
        return false;
      }
      any |= quantized;
    }
    return any;
  }

  /** Values that the set computes. */
  private Set<String> insideValues() {
    var values = new HashSet<String>();
    units.forEach((node, unit) -> values.addAll(outputs(node, unit)));
    return values;
  }

  private Set<String> readValues() {
    var values = new HashSet<String>();
    units.forEach((node, unit) -> values.addAll(activationInputs(node, unit)));
    return values;
  }

  /** Values that a weighted node reads, directly or through nodes that only move elements. */
  private Set<String> neededByAnchors() {
    var needed = new HashSet<String>();
    var backwards = new ArrayList<>(units.entrySet());
    java.util.Collections.reverse(backwards);
    for (var entry : backwards) {
      var unit = entry.getValue();
      boolean passesOn =
          unit.kind() == QdqUnit.Kind.SHARED_SCALE
              && outputs(entry.getKey(), unit).stream().anyMatch(needed::contains);
      if (unit.isAnchor() || passesOn) {
        needed.addAll(activationInputs(entry.getKey(), unit));
      }
    }
    return needed;
  }

  private List<String> activationInputs(Node node, QdqUnit unit) {
    return OperatorRules.activationInputs(node, unit.kind()).stream()
        .map(node::input)
        .filter(value -> graph.constant(value).isEmpty())
        .toList();
  }

  private static List<String> outputs(Node node, QdqUnit unit) {
    return node.is("Split") ? node.outputs() : List.of(unit.tail());
  }

  private Map<String, QdqPlan.Activation> activations() {
    var read = readValues();
    var inside = insideValues();
    var activations = new LinkedHashMap<String, QdqPlan.Activation>();
    units.forEach(
        (node, unit) -> {
          for (String value : activationInputs(node, unit)) {
            if (!inside.contains(value)) {
              activations.put(value, new QdqPlan.Activation(value, false, Optional.empty()));
            }
          }
          for (String value : outputs(node, unit)) {
            if (read.contains(value) || node.is("Conv")) {
              activations.put(value, produced(node, unit, value, activations));
            }
          }
        });
    return activations;
  }

  private QdqPlan.Activation produced(
      Node node, QdqUnit unit, String value, Map<String, QdqPlan.Activation> earlier) {
    if (unit.kind() == QdqUnit.Kind.SHARED_SCALE) {
      var source = earlier.get(node.input(0));
      String root = source == null ? node.input(0) : source.root();
      return new QdqPlan.Activation(root, true, Optional.empty());
    }
    boolean activated = !value.equals(unit.biasAdd().orElse(unit.head()));
    Optional<Range> bounds =
        activated ? graph.producer(value).flatMap(rules::bounds) : Optional.empty();
    return new QdqPlan.Activation(value, true, bounds);
  }

  private List<QdqPlan.NodeDecision> decisions() {
    var decisions = new ArrayList<QdqPlan.NodeDecision>();
    for (Node node : graph.nodes()) {
      if (units.containsKey(node)) {
        decisions.add(new QdqPlan.NodeDecision(node.label(), node.opType(), true, ""));
      } else if (reasons.containsKey(node)) {
        decisions.add(
            new QdqPlan.NodeDecision(
                node.label(), node.opType(), false, reasons.getOrDefault(node, "")));
      }
    }
    return decisions;
  }
}
