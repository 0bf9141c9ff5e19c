package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives every node a name of its own, so that reports and settings can point at it.
 *
 * <p>A new name is made of the operator and the first output: the same model always gets the same
 * names, and an edit elsewhere does not change them.
 */
public final class NameNodes implements GraphPass {
  @Override
  public String id() {
    return "name-nodes";
  }

  @Override
  public PassResult apply(Model model) {
    var taken = new HashSet<String>();
    model.graph().nodes().forEach(node -> taken.add(node.name()));
    var seen = new HashSet<String>();
    int named = 0;
    for (Node node : model.graph().nodes()) {
      if (node.name().isEmpty() || !seen.add(node.name())) {
        node.setName(fresh(node, taken));
        seen.add(node.name());
        named++;
      }
    }
    return new PassResult(id(), named);
  }

  private static String fresh(Node node, Set<String> taken) {
    String base = node.opType() + "/" + node.output(0);
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }
}
