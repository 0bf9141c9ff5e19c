package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.group_norm;
import static org.bytedeco.pytorch.global.torch.instance_norm;
import static org.bytedeco.pytorch.global.torch.layer_norm;

import dev.modelcompression.onnx.Node;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Batch, layer, instance and group normalization. */
final class Normalizations {
  private Normalizations() {}

  static void register(OperatorTable table) {
    table.put("BatchNormalization", (node, opset) -> batchNorm(node));
    table.put("LayerNormalization", (node, opset) -> layerNorm(node));
    table.put(
        "InstanceNormalization",
        (node, opset) ->
            Operation.of(
                in ->
                    instance_norm(
                        in.get(0),
                        in.optional(1),
                        in.optional(2),
                        new TensorOptional(),
                        new TensorOptional(),
                        true,
                        0,
                        node.attribute("epsilon", 1e-5f),
                        false)));
    table.put("GroupNormalization", Normalizations::groupNorm);
  }

  /** In training, running mean and variance (inputs 3 and 4) are updated in place. */
  private static Operation batchNorm(Node node) {
    if (node.outputs().size() > 1 && node.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
      throw OperatorTable.unsupported(node, "statistics as outputs");
    }
    // ONNX weighs the old statistics with its momentum, libtorch the new ones.
    double momentum = 1 - node.attribute("momentum", 0.9f);
    double epsilon = node.attribute("epsilon", 1e-5f);
    return Operation.of(
        in ->
            batch_norm(
                in.get(0),
                in.optional(1),
                in.optional(2),
                in.optional(3),
                in.optional(4),
                in.training(),
                momentum,
                epsilon,
                false));
  }

  private static Operation layerNorm(Node node) {
    if (node.outputs().size() > 1 && node.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
      throw OperatorTable.unsupported(node, "the Mean and InvStdDev outputs");
    }
    double epsilon = node.attribute("epsilon", 1e-5f);
    return Operation.of(
        in -> {
          var input = in.get(0);
          int axis = Axes.positive(node.attribute("axis", -1L), (int) input.dim());
          var normalized = Arrays.copyOfRange(input.shape(), axis, (int) input.dim());
          boolean plain =
              Arrays.equals(in.get(1).shape(), normalized)
                  && (!in.has(2) || Arrays.equals(in.get(2).shape(), normalized));
          if (plain) {
            return layer_norm(input, normalized, in.optional(1), in.optional(2), epsilon, false);
          }
          var scaled =
              layer_norm(
                      input, normalized, new TensorOptional(), new TensorOptional(), epsilon, false)
                  .mul(in.get(1));
          return in.has(2) ? scaled.add(in.get(2)) : scaled;
        });
  }

  /** Opset 18 has one scale per group, opset 21 one per channel. */
  private static Operation groupNorm(Node node, long opset) {
    long groups = node.attribute("num_groups", 1L);
    double epsilon = node.attribute("epsilon", 1e-5f);
    return Operation.of(
        in -> {
          long perGroup = in.get(0).size(1) / groups;
          var scale = opset >= 21 ? in.get(1) : perChannel(in.get(1), perGroup);
          var bias = opset >= 21 ? in.get(2) : perChannel(in.get(2), perGroup);
          return group_norm(
              in.get(0),
              groups,
              new TensorOptional(scale),
              new TensorOptional(bias),
              epsilon,
              false);
        });
  }

  private static Tensor perChannel(Tensor perGroup, long channels) {
    return perGroup.repeat_interleave(channels, new LongOptional(0), new LongOptional());
  }
}
