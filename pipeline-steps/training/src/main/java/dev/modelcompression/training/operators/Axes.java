package dev.modelcompression.training.operators;

import dev.modelcompression.onnx.Node;
import java.util.Optional;

/** Axes of a tensor, which ONNX counts from either end. */
final class Axes {
  private Axes() {}

  static int positive(long axis, int rank) {
    return Math.toIntExact(axis < 0 ? axis + rank : axis);
  }

  static long[] positive(long[] axes, int rank) {
    var positive = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      positive[i] = positive(axes[i], rank);
    }
    return positive;
  }

  /** Axes as an input (later opsets) or as an attribute (earlier ones); empty when not stated. */
  static Optional<long[]> stated(Node node, Arguments in, int input) {
    if (in.has(input)) {
      return Optional.of(in.longs(input));
    }
    return node.hasAttribute("axes")
        ? Optional.of(node.attribute("axes", new long[0]))
        : Optional.empty();
  }
}
