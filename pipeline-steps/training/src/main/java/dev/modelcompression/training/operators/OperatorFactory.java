package dev.modelcompression.training.operators;

import dev.modelcompression.onnx.Node;

/** Reads a node's attributes once and gives what runs it. */
@FunctionalInterface
interface OperatorFactory {
  /**
   * Binds one node.
   *
   * @param opset version of the standard operator set that the model uses
   * @throws dev.modelcompression.onnx.UnsupportedModelException an attribute asks for a variant
   *     that is not built
   */
  Operation bind(Node node, long opset);
}
