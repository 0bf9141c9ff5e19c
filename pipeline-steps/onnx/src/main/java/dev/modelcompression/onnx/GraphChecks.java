package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a graph is whole: every value defined once, every value that is read defined somewhere,
 * no cycles, tensors that hold what they say. Nodes may be in any order, as runtimes accept that.
 */
final class GraphChecks {
  /** Subgraphs within subgraphs, and functions within functions: 16. */
  static final int MAX_DEPTH = 16;

  private final @Nullable GraphChecks outer;
  private final int depth;
  private final Set<String> defined = new HashSet<>();

  private GraphChecks(@Nullable GraphChecks outer) {
    this.outer = outer;
    this.depth = outer == null ? 0 : outer.depth + 1;
    if (depth > MAX_DEPTH) {
      throw new UnsupportedModelException(
          "subgraphs are nested more than " + MAX_DEPTH + " levels deep");
    }
  }

  /** Checks a main graph, all but whether it has a cycle. */
  static void check(GraphProto graph) {
    new GraphChecks(null).graph(graph);
  }

  /** Checks the body of a local function. */
  static void check(FunctionProto function) {
    var checks = new GraphChecks(null);
    function.getInputList().forEach(name -> checks.define(name, "function input"));
    checks.nodes(function.getNodeList());
    checks.noCycle(function.getNodeList());
    for (String output : function.getOutputList()) {
      checks.require(output, "function output");
    }
  }

  /** Checks the tensors alone of a graph that is never run here. */
  static void checkTensors(GraphProto graph) {
    graph.getInitializerList().forEach(TensorChecks::check);
    graph.getSparseInitializerList().forEach(TensorChecks::check);
    for (var node : graph.getNodeList()) {
      NodeChecks.check(node);
    }
  }

  private void graph(GraphProto graph) {
    for (var input : graph.getInputList()) {
      define(input.getName(), "input");
    }
    initializers(graph);
    nodes(graph.getNodeList());
    for (var output : graph.getOutputList()) {
      require(output.getName(), "output");
    }
    if (outer != null) {
      noCycle(graph.getNodeList());
    }
  }

  /** An initializer may give the default of an input of the same name. */
  private void initializers(GraphProto graph) {
    var names = new HashSet<String>();
    for (var tensor : graph.getInitializerList()) {
      TensorChecks.check(tensor);
      initializer(tensor.getName(), names);
    }
    for (var sparse : graph.getSparseInitializerList()) {
      TensorChecks.check(sparse);
      initializer(sparse.getValues().getName(), names);
    }
  }

  private void initializer(String name, Set<String> names) {
    if (name.isEmpty()) {
      throw new InvalidModelException("an initializer has no name");
    }
    if (!names.add(name)) {
      throw new InvalidModelException("initializer " + Fault.quoted(name) + " is defined twice");
    }
    defined.add(name);
  }

  private void nodes(List<NodeProto> nodes) {
    for (var node : nodes) {
      NodeChecks.check(node);
      for (String output : node.getOutputList()) {
        if (!output.isEmpty() && !defined.add(output)) {
          throw new InvalidModelException(
              Fault.node(node) + " defines " + Fault.quoted(output) + ", which is defined already");
        }
      }
    }
    for (var node : nodes) {
      for (String input : node.getInputList()) {
        if (!input.isEmpty() && !isVisible(input)) {
          throw new InvalidModelException(
              Fault.node(node) + " reads " + Fault.quoted(input) + ", which nothing defines");
        }
      }
      node.getAttributeList().forEach(this::subgraphs);
    }
  }

  private void subgraphs(AttributeProto attribute) {
    if (attribute.hasG()) {
      new GraphChecks(this).graph(attribute.getG());
    }
    for (var graph : attribute.getGraphsList()) {
      new GraphChecks(this).graph(graph);
    }
  }

  private void noCycle(List<NodeProto> nodes) {
    var body = new Graph("");
    nodes.forEach(node -> body.add(new Node(node)));
    body.sort();
  }

  private void define(String name, String role) {
    if (name.isEmpty()) {
      throw new InvalidModelException("a graph " + role + " has no name");
    }
    if (!defined.add(name)) {
      throw new InvalidModelException(role + " " + Fault.quoted(name) + " is defined twice");
    }
  }

  private void require(String name, String role) {
    if (!isVisible(name)) {
      throw new InvalidModelException(
          role + " " + Fault.quoted(name) + " is defined by no node, input or initializer");
    }
  }

  private boolean isVisible(String name) {
    return defined.contains(name) || (outer != null && outer.isVisible(name));
  }
}
