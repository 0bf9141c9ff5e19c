package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.upsample_bilinear2d;
import static org.bytedeco.pytorch.global.torch.upsample_nearest2d;

import dev.modelcompression.onnx.Node;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;

/** Resize of images {@code [N, C, H, W]} in the variants where libtorch computes the same. */
final class Resizing {
  private Resizing() {}

  static void register(OperatorTable table) {
    table.put("Resize", (node, opset) -> resize(node));
  }

  private static Operation resize(Node node) {
    String mode = node.attribute("mode", "nearest");
    String coordinates = node.attribute("coordinate_transformation_mode", "half_pixel");
    boolean linear = mode.equals("linear");
    boolean known =
        linear
            ? List.of("half_pixel", "pytorch_half_pixel", "align_corners").contains(coordinates)
            : mode.equals("nearest") && isPlainNearest(node, coordinates);
    if (!known || node.attribute("antialias", 0L) == 1) {
      throw OperatorTable.unsupported(node, "mode " + mode + " with coordinates " + coordinates);
    }
    boolean alignCorners = coordinates.equals("align_corners");
    return Operation.of(
        in -> {
          var input = in.get(0);
          var size = size(node, in);
          if (linear) {
            return upsample_bilinear2d(
                input, size, alignCorners, new DoubleOptional(), new DoubleOptional());
          }
          if (size[0] % input.size(2) != 0 || size[1] % input.size(3) != 0) {
            throw OperatorTable.unsupported(node, "nearest with a fractional scale");
          }
          return upsample_nearest2d(input, size, new DoubleOptional(), new DoubleOptional());
        });
  }

  /** Whether each source pixel is repeated when the scale is whole, as libtorch does it. */
  private static boolean isPlainNearest(Node node, String coordinates) {
    String rounding = node.attribute("nearest_mode", "round_prefer_floor");
    return coordinates.equals("asymmetric")
        ? rounding.equals("floor")
        : coordinates.endsWith("half_pixel") && rounding.startsWith("round_prefer_");
  }

  /** Height and width of the result. */
  private static long[] size(Node node, Arguments in) {
    Tensor input = in.get(0);
    if (input.dim() != 4) {
      throw OperatorTable.unsupported(node, "resizing of " + input.dim() + " axes");
    }
    if (in.has(3)) {
      var sizes = in.longs(3);
      return sizes.length == 2 ? sizes : new long[] {sizes[2], sizes[3]};
    }
    var scales = NativeTensors.floats(in.get(2));
    int first = scales.length == 2 ? 0 : 2;
    return new long[] {
      (long) Math.floor(input.size(2) * (double) scales[first]),
      (long) Math.floor(input.size(3) * (double) scales[first + 1])
    };
  }
}
