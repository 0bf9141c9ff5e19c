package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;

/** Words for error messages about models, whose names come from strangers. */
final class Fault {
  private static final int LONGEST_NAME = 120;

  private Fault() {}

  /** The name in quotes, without control characters and not endless. */
  static String quoted(String name) {
    var text = new StringBuilder("'");
    name.codePoints()
        .limit(LONGEST_NAME)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(text::appendCodePoint);
    return text.append(name.length() > LONGEST_NAME ? "…'" : "'").toString();
  }

  /** The node as {@link Node#label()} names it, with its operator. */
  static String node(NodeProto node) {
    var name = node.getName();
    if (name.isEmpty()) {
      name = node.getOpType() + "→" + (node.getOutputCount() == 0 ? "?" : node.getOutput(0));
    }
    return "node " + quoted(name) + " (" + quoted(node.getOpType()) + ")";
  }
}
