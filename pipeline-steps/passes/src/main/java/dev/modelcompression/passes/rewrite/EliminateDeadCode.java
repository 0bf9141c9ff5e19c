package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Removes nodes and constants that no graph output depends on, and stated types of values that are
 * gone. What subgraphs read counts as read; graph inputs and their defaults stay.
 */
public final class EliminateDeadCode implements GraphPass {
  public static final String ID = "eliminate-dead-code";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    int removed = removeNodes(graph) + removeInitializers(graph);
    if (removed > 0) {
      removeStaleTypes(graph);
    }
    return new PassResult(id(), removed);
  }

  private static int removeNodes(Graph graph) {
    Set<Node> live = Collections.newSetFromMap(new IdentityHashMap<>());
    graph.outputs().forEach(output -> live.addAll(graph.ancestors(output.name())));
    Set<Node> dead = Collections.newSetFromMap(new IdentityHashMap<>());
    graph.nodes().stream().filter(node -> !live.contains(node)).forEach(dead::add);
    graph.removeAll(dead);
    return dead.size();
  }

  private static int removeInitializers(Graph graph) {
    List<String> names = new ArrayList<>(graph.initializers().keySet());
    names.addAll(graph.sparseInitializerNames());
    names.removeIf(
        name -> !graph.consumers(name).isEmpty() || graph.isOutput(name) || graph.isInput(name));
    names.forEach(graph::removeInitializer);
    return names.size();
  }

  private static void removeStaleTypes(Graph graph) {
    var infos = List.copyOf(graph.valueInfos().values());
    graph.clearValueInfos();
    infos.stream()
        .filter(info -> graph.producer(info.name()).isPresent())
        .forEach(graph::putValueInfo);
  }
}
