package dev.modelcompression.onnx;

import java.util.Optional;

/** Values of {@code Constant} nodes in all their spellings. */
final class Constants {
  private Constants() {}

  /**
   * The tensor that a {@code Constant} node gives; empty for strings and sparse values.
   *
   * @see <a href="https://onnx.ai/onnx/operators/onnx__Constant.html">Constant</a>
   */
  static Optional<Tensor> value(Node node) {
    if (node.hasAttribute("value")) {
      return node.tensorAttribute("value");
    }
    if (node.hasAttribute("value_float")) {
      return Optional.of(Tensor.scalar(node.attribute("value_float", 0f)));
    }
    if (node.hasAttribute("value_floats")) {
      return Optional.of(Tensor.vector(node.attribute("value_floats", new float[0])));
    }
    if (node.hasAttribute("value_int")) {
      return Optional.of(Tensor.longs(new long[0], node.attribute("value_int", 0L)));
    }
    if (node.hasAttribute("value_ints")) {
      return Optional.of(Tensor.vector(node.attribute("value_ints", new long[0])));
    }
    return Optional.empty();
  }
}
