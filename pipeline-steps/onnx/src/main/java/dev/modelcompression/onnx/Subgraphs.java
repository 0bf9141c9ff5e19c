package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How the subgraphs of a node touch the graph around it.
 *
 * @param captures outer values that they read
 * @param defines names of the values in them, at any depth
 */
record Subgraphs(Set<String> captures, Set<String> defines) {
  private static final Subgraphs NONE = new Subgraphs(Set.of(), Set.of());

  static Subgraphs of(Collection<AttributeProto> attributes) {
    if (attributes.stream().noneMatch(a -> a.hasG() || a.getGraphsCount() > 0)) {
      return NONE;
    }
    var captures = new LinkedHashSet<String>();
    var defines = new LinkedHashSet<String>();
    for (var attribute : attributes) {
      if (attribute.hasG()) {
        collect(attribute.getG(), captures, defines);
      }
      attribute.getGraphsList().forEach(graph -> collect(graph, captures, defines));
    }
    return new Subgraphs(
        Collections.unmodifiableSet(captures), Collections.unmodifiableSet(defines));
  }

  private static void collect(GraphProto graph, Set<String> captures, Set<String> defines) {
    var own = definitions(graph);
    var reads = new LinkedHashSet<String>();
    for (var node : graph.getNodeList()) {
      reads.addAll(node.getInputList());
      var inner = of(node.getAttributeList());
      reads.addAll(inner.captures());
      defines.addAll(inner.defines());
    }
    graph.getOutputList().forEach(output -> reads.add(output.getName()));
    reads.remove("");
    reads.removeAll(own);
    captures.addAll(reads);
    defines.addAll(own);
  }

  /** All at once, because the nodes of a subgraph may be in any order. */
  private static Set<String> definitions(GraphProto graph) {
    var names = new LinkedHashSet<String>();
    graph.getInputList().forEach(value -> names.add(value.getName()));
    graph.getInitializerList().forEach(value -> names.add(value.getName()));
    graph.getSparseInitializerList().forEach(value -> names.add(value.getValues().getName()));
    graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    names.remove("");
    return names;
  }
}
