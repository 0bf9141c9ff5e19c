package dev.modelcompression.training.operators;

import dev.modelcompression.onnx.Node;

/** All operators that can be trained through; standard operator sets 11 to 22. */
public final class Operators {
  private static final OperatorTable TABLE = new OperatorTable();

  static {
    Activations.register(TABLE);
    Constants.register(TABLE);
    Convolutions.register(TABLE);
    Elementwise.register(TABLE);
    Indexing.register(TABLE);
    Joining.register(TABLE);
    Logic.register(TABLE);
    Matrices.register(TABLE);
    Normalizations.register(TABLE);
    Pooling.register(TABLE);
    Reductions.register(TABLE);
    Resizing.register(TABLE);
    Shapes.register(TABLE);
  }

  private Operators() {}

  /**
   * What runs the node.
   *
   * @throws dev.modelcompression.onnx.UnsupportedModelException no such operator here; the message
   *     names the node and the operator
   */
  public static Operation bind(Node node, long opset) {
    return TABLE.bind(node, opset);
  }
}
