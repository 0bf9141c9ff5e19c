package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.pad;
import static org.bytedeco.pytorch.global.torch.split_with_sizes;
import static org.bytedeco.pytorch.global.torch.tile;

import dev.modelcompression.onnx.Node;
import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorVector;

/** Concat, Split, Pad and Tile. */
final class Joining {
  private Joining() {}

  static void register(OperatorTable table) {
    table.put("Concat", (node, opset) -> concat(node));
    table.put("Split", (node, opset) -> split(node));
    table.put("Pad", (node, opset) -> padding(node));
    table.put("Tile", (node, opset) -> Operation.of(in -> tile(in.get(0), in.longs(1))));
  }

  private static Operation concat(Node node) {
    long axis = node.attribute("axis", 0L);
    return Operation.of(
        in -> {
          var parts = new TensorVector();
          for (int i = 0; i < in.count(); i++) {
            parts.push_back(in.get(i));
          }
          return cat(parts, axis);
        });
  }

  /** Sizes come from an attribute (opset 11), an input (13), or are equal but for the last (18). */
  private static Operation split(Node node) {
    int count = node.outputs().size();
    return in -> {
      int axis = Axes.positive(node.attribute("axis", 0L), (int) in.get(0).dim());
      var sizes =
          in.has(1) ? in.longs(1) : node.attribute("split", even(in.get(0).size(axis), count));
      return split_with_sizes(in.get(0), sizes, axis).get();
    };
  }

  private static long[] even(long size, int parts) {
    var sizes = new long[parts];
    long chunk = (size + parts - 1) / parts;
    Arrays.fill(sizes, chunk);
    sizes[parts - 1] = size - chunk * (parts - 1);
    return sizes;
  }

  private static Operation padding(Node node) {
    String mode = node.attribute("mode", "constant");
    if (mode.equals("wrap")) {
      throw OperatorTable.unsupported(node, "mode wrap");
    }
    return Operation.of(
        in -> {
          var input = in.get(0);
          var pads = allAxes(in, (int) input.dim());
          if (mode.equals("constant")) {
            return Window.pad(input, pads, in.has(2) ? in.get(2).item_double() : 0);
          }
          return pad(
              input,
              spatialOnly(node, pads),
              mode.equals("edge") ? "replicate" : "reflect",
              new DoubleOptional());
        });
  }

  private static long[] allAxes(Arguments in, int rank) {
    var pads = in.longs(1);
    if (!in.has(3)) {
      return pads;
    }
    var axes = Axes.positive(in.longs(3), rank);
    var all = new long[2 * rank];
    for (int i = 0; i < axes.length; i++) {
      all[(int) axes[i]] = pads[i];
      all[(int) axes[i] + rank] = pads[i + axes.length];
    }
    return all;
  }

  /** libtorch mirrors the axes after batch and channel only. */
  private static long[] spatialOnly(Node node, long[] pads) {
    int rank = pads.length / 2;
    if (rank < 3 || pads[0] != 0 || pads[1] != 0 || pads[rank] != 0 || pads[rank + 1] != 0) {
      throw OperatorTable.unsupported(node, "mirrored padding of batch or channels");
    }
    return Arrays.copyOf(Window.pairs(pads), 2 * (rank - 2));
  }
}
