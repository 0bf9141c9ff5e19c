package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.broadcast_to;

import dev.modelcompression.onnx.Node;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/** Operators that change a shape and no element. */
final class Shapes {
  private Shapes() {}

  static void register(OperatorTable table) {
    table.put("Reshape", (node, opset) -> reshape(node));
    table.put("Flatten", (node, opset) -> flatten(node));
    table.put("Transpose", (node, opset) -> transpose(node));
    table.put("Squeeze", (node, opset) -> squeeze(node));
    table.put("Unsqueeze", (node, opset) -> unsqueeze(node));
    table.put("Expand", (node, opset) -> Operation.of(in -> expand(in.get(0), in.longs(1))));
    table.put("Shape", (node, opset) -> shape(node));
    table.unary("Size", input -> NativeTensors.vector(input.numel()).reshape(new long[0]));
    table.put("DepthToSpace", (node, opset) -> depthToSpace(node));
    table.put("SpaceToDepth", (node, opset) -> spaceToDepth(node));
  }

  private static Operation reshape(Node node) {
    boolean zeroIsZero = node.attribute("allowzero", 0L) == 1;
    return Operation.of(
        in -> {
          var wished = in.longs(1);
          for (int axis = 0; axis < wished.length; axis++) {
            if (wished[axis] == 0 && !zeroIsZero) {
              wished[axis] = in.get(0).size(axis);
            }
          }
          return in.get(0).reshape(wished);
        });
  }

  private static Operation flatten(Node node) {
    long axis = node.attribute("axis", 1L);
    return Operation.of(in -> flatten(in.get(0), Axes.positive(axis, (int) in.get(0).dim())));
  }

  /** {@code [d0·…, daxis·…]}. */
  static Tensor flatten(Tensor input, int axis) {
    var shape = input.shape();
    return input.reshape(product(shape, 0, axis), product(shape, axis, shape.length));
  }

  private static long product(long[] shape, int from, int to) {
    return LongStream.of(Arrays.copyOfRange(shape, from, to)).reduce(1, Math::multiplyExact);
  }

  private static Operation transpose(Node node) {
    return Operation.of(
        in -> {
          int rank = (int) in.get(0).dim();
          var reversed = LongStream.iterate(rank - 1L, axis -> axis - 1).limit(rank).toArray();
          return in.get(0).permute(node.attribute("perm", reversed));
        });
  }

  private static Operation squeeze(Node node) {
    return Operation.of(
        in -> {
          var axes = Axes.stated(node, in, 1);
          return axes.isPresent()
              ? in.get(0).squeeze(Axes.positive(axes.get(), (int) in.get(0).dim()))
              : in.get(0).squeeze();
        });
  }

  private static Operation unsqueeze(Node node) {
    return Operation.of(
        in -> {
          var axes = Axes.stated(node, in, 1).orElseThrow();
          int rank = (int) in.get(0).dim() + axes.length;
          var result = new Tensor(in.get(0));
          for (long axis : LongStream.of(Axes.positive(axes, rank)).sorted().toArray()) {
            result = result.unsqueeze(axis);
          }
          return result;
        });
  }

  /** Broadcasts both ways: a 1 on either side takes the other's length. */
  static Tensor expand(Tensor input, long[] wished) {
    var shape = input.shape();
    int rank = Math.max(shape.length, wished.length);
    var result = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      long mine = fromEnd(shape, rank - axis);
      long theirs = fromEnd(wished, rank - axis);
      result[axis] = mine == 1 ? theirs : mine;
    }
    return broadcast_to(input, result);
  }

  private static long fromEnd(long[] shape, int distance) {
    return distance <= shape.length ? shape[shape.length - distance] : 1;
  }

  private static Operation shape(Node node) {
    return Operation.of(
        in -> {
          var shape = in.get(0).shape();
          int start = bound(node.attribute("start", 0L), shape.length);
          int end = bound(node.attribute("end", (long) shape.length), shape.length);
          return NativeTensors.vector(
              start < end ? Arrays.copyOfRange(shape, start, end) : new long[0]);
        });
  }

  private static int bound(long index, int rank) {
    return (int) Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
  }

  private static Operation depthToSpace(Node node) {
    long block = node.attribute("blocksize", 1L);
    boolean depthFirst = node.attribute("mode", "DCR").equals("DCR");
    return Operation.of(
        in -> {
          var x = in.get(0);
          long n = x.size(0);
          long c = x.size(1) / (block * block);
          long h = x.size(2);
          long w = x.size(3);
          var blocks =
              depthFirst
                  ? x.reshape(n, block, block, c, h, w).permute(0, 3, 4, 1, 5, 2)
                  : x.reshape(n, c, block, block, h, w).permute(0, 1, 4, 2, 5, 3);
          return blocks.reshape(n, c, h * block, w * block);
        });
  }

  private static Operation spaceToDepth(Node node) {
    long block = node.attribute("blocksize", 1L);
    return Operation.of(
        in -> {
          var x = in.get(0);
          long n = x.size(0);
          long c = x.size(1);
          long h = x.size(2) / block;
          long w = x.size(3) / block;
          return x.reshape(n, c, h, block, w, block)
              .permute(0, 3, 5, 1, 2, 4)
              .reshape(n, c * block * block, h, w);
        });
  }
}
