package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How many elements a node with known inputs can give at most, found without computing it: a few
 * bytes of model must not make a process allocate gigabytes.
 */
final class ResultSize {
  /** Give no more elements than they read. */
  private static final Set<String> SHRINKING =
      Set.of(
          "Abs",
          "ArgMax",
          "ArgMin",
          "Cast",
          "Ceil",
          "Clip",
          "Concat",
          "Cos",
          "Erf",
          "Exp",
          "Flatten",
          "Floor",
          "Log",
          "Neg",
          "Not",
          "Reciprocal",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSum",
          "Relu",
          "Reshape",
          "Round",
          "Shape",
          "Sigmoid",
          "Sign",
          "Sin",
          "Size",
          "Slice",
          "Softmax",
          "Split",
          "Sqrt",
          "Squeeze",
          "Tanh",
          "Transpose",
          "Trilu",
          "Unsqueeze");

  /** Broadcast their inputs against each other. */
  private static final Set<String> BROADCASTING =
      Set.of(
          "Add",
          "And",
          "Div",
          "Equal",
          "Greater",
          "GreaterOrEqual",
          "Less",
          "LessOrEqual",
          "Max",
          "Min",
          "Mod",
          "Mul",
          "Or",
          "Pow",
          "Sub",
          "Where",
          "Xor");

  private ResultSize() {}

  /** Upper bound of elements in all outputs; empty for operators that are not on the list. */
  static OptionalLong bound(Node node, List<Tensor> inputs) {
    if (!node.domain().isEmpty() || node.hasSubgraph()) {
      return OptionalLong.empty();
    }
    try {
      return elements(node, inputs);
    } catch (ArithmeticException e) {
      return OptionalLong.of(Long.MAX_VALUE);
    }
  }

  private static OptionalLong elements(Node node, List<Tensor> inputs) {
    String op = node.opType();
    if (SHRINKING.contains(op)) {
      // A reshape or reduction to rank 0 still holds one element; Shape holds one an axis.
      long read = inputs.stream().mapToLong(Tensor::elementCount).sum();
      return OptionalLong.of(Math.max(read, 64));
    }
    if (BROADCASTING.contains(op)) {
      return OptionalLong.of(broadcast(inputs.stream().map(Tensor::shape).toList()));
    }
    return switch (op) {
      case "MatMul" -> OptionalLong.of(product(inputs));
      case "Gather" -> OptionalLong.of(gathered(node, inputs.get(0), inputs.get(1)));
      case "Expand" ->
          OptionalLong.of(broadcast(List.of(inputs.get(0).shape(), inputs.get(1).longs())));
      case "ConstantOfShape" -> OptionalLong.of(product(inputs.get(0).longs()));
      case "Tile" ->
          OptionalLong.of(
              Math.multiplyExact(inputs.get(0).elementCount(), product(inputs.get(1).longs())));
      case "Range" -> range(inputs);
      default -> OptionalLong.empty();
    };
  }

  private static OptionalLong range(List<Tensor> inputs) {
    if (inputs.get(0).type().isFloatingPoint()) {
      double count =
          ((double) inputs.get(1).floatValue() - inputs.get(0).floatValue())
              / inputs.get(2).floatValue();
      return OptionalLong.of(Double.isFinite(count) ? (long) count + 1 : Long.MAX_VALUE);
    }
    long step = inputs.get(2).longValue();
    long span = Math.subtractExact(inputs.get(1).longValue(), inputs.get(0).longValue());
    return OptionalLong.of(step == 0 ? Long.MAX_VALUE : Math.max(0, span / step) + 1);
  }

  private static long gathered(Node node, Tensor data, Tensor indices) {
    long axis = node.attribute("axis", 0L);
    long dim = data.dim((int) (axis < 0 ? axis + data.rank() : axis));
    return dim == 0 ? 0 : Math.multiplyExact(data.elementCount() / dim, indices.elementCount());
  }

  private static long product(List<Tensor> inputs) {
    return Math.multiplyExact(
        Math.max(1, inputs.get(0).elementCount()), Math.max(1, inputs.get(1).elementCount()));
  }

  private static long product(long[] dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  private static long broadcast(List<long[]> shapes) {
    int rank = shapes.stream().mapToInt(shape -> shape.length).max().orElse(0);
    var dims = new long[rank];
    Arrays.fill(dims, 1);
    for (long[] shape : shapes) {
      int missing = rank - shape.length;
      for (int i = 0; i < shape.length; i++) {
        dims[i + missing] = Math.max(dims[i + missing], shape[i]);
      }
    }
    return product(dims);
  }
}
