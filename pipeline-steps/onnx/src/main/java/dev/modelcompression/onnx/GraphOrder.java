package dev.modelcompression.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Stable topological order (Kahn 1962), with the earliest node of the present order first. */
final class GraphOrder {
  private GraphOrder() {}

  static List<Node> sorted(Graph graph) {
    var nodes = graph.nodes();
    Map<Node, Integer> position = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      position.put(nodes.get(i), i);
    }
    var waitingFor = new int[nodes.size()];
    for (int i = 0; i < waitingFor.length; i++) {
      waitingFor[i] = dependencies(graph, nodes.get(i)).size();
    }
    var ready = new PriorityQueue<Integer>();
    for (int i = 0; i < waitingFor.length; i++) {
      if (waitingFor[i] == 0) {
        ready.add(i);
      }
    }
    var sorted = new ArrayList<Node>(nodes.size());
    while (!ready.isEmpty()) {
      var node = nodes.get(ready.remove());
      sorted.add(node);
      Set<Node> readers = new LinkedHashSet<>();
      node.outputs().forEach(output -> readers.addAll(graph.consumers(output)));
      for (Node reader : readers) {
        int index = position.getOrDefault(reader, -1);
        if (--waitingFor[index] == 0) {
          ready.add(index);
        }
      }
    }
    if (sorted.size() < nodes.size()) {
      throw new InvalidModelException(
          "the graph has a cycle through " + cycle(graph, nodes, waitingFor));
    }
    return sorted;
  }

  private static Set<Node> dependencies(Graph graph, Node node) {
    var producers = new LinkedHashSet<Node>();
    node.inputs().forEach(input -> graph.producer(input).ifPresent(producers::add));
    node.captures().forEach(input -> graph.producer(input).ifPresent(producers::add));
    return producers;
  }

  /**
   * Walks back from any node that never became ready until one repeats: that stretch is a cycle.
   */
  private static String cycle(Graph graph, List<Node> nodes, int[] waitingFor) {
    Map<Node, Integer> position = new HashMap<>();
    int start = -1;
    for (int i = 0; i < waitingFor.length; i++) {
      position.put(nodes.get(i), i);
      if (waitingFor[i] > 0 && start < 0) {
        start = i;
      }
    }
    var path = new LinkedHashSet<Node>();
    Node node = nodes.get(start);
    while (path.add(node)) {
      node =
          dependencies(graph, node).stream()
              .filter(dependency -> waitingFor[position.getOrDefault(dependency, 0)] > 0)
              .findFirst()
              .orElseThrow();
    }
    var labels =
        path.stream().dropWhile(inPath(node)).map(n -> "'" + n.label() + "'").limit(8).toList();
    return "node" + (labels.size() == 1 ? " " : "s ") + String.join(" ← ", labels);
  }

  private static java.util.function.Predicate<Node> inPath(Node first) {
    return node -> node != first;
  }
}
