package dev.modelcompression.training.operators;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Operators of the standard set by name. */
final class OperatorTable {
  private final Map<String, OperatorFactory> factories = new HashMap<>();

  void put(String opType, OperatorFactory factory) {
    if (factories.putIfAbsent(opType, factory) != null) {
      throw new IllegalStateException("operator " + opType + " is registered twice");
    }
  }

  /** An element-wise function without attributes. */
  void unary(String opType, UnaryOperator<Tensor> function) {
    put(opType, (node, opset) -> Operation.of(in -> function.apply(in.get(0))));
  }

  /** A function of two broadcast inputs without attributes. */
  void binary(String opType, BinaryOperator<Tensor> function) {
    put(opType, (node, opset) -> Operation.of(in -> function.apply(in.get(0), in.get(1))));
  }

  boolean contains(String opType) {
    return factories.containsKey(opType);
  }

  Operation bind(Node node, long opset) {
    var factory = node.domain().isEmpty() ? factories.get(node.opType()) : null;
    if (factory == null) {
      String operator =
          node.domain().isEmpty() ? node.opType() : node.domain() + "::" + node.opType();
      throw new UnsupportedModelException(
          "node '"
              + node.label()
              + "': operator "
              + operator
              + " cannot be trained; leave the fine-tune step out, or replace the operator");
    }
    return factory.bind(node, opset);
  }

  static UnsupportedModelException unsupported(Node node, String what) {
    return new UnsupportedModelException(
        "node '" + node.label() + "' (" + node.opType() + "): training does not support " + what);
  }
}
