package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What pruning did to one convolution or matrix product.
 *
 * @param node its label
 * @param operator its operator
 * @param shapeBefore of its weight
 * @param shapeAfter of its weight
 * @param channelsBefore output channels, whatever the layout of its weight
 * @param channelsAfter the same after pruning
 * @param reason why this many are left; empty when nothing was decided about them
 * @param macsBefore multiply–accumulates for the input shapes given
 * @param macsAfter the same after pruning
 */
public record LayerChange(
    String node,
    String operator,
    List<Long> shapeBefore,
    List<Long> shapeAfter,
    int channelsBefore,
    int channelsAfter,
    String reason,
    double macsBefore,
    double macsAfter) {

  public LayerChange {
    shapeBefore = List.copyOf(shapeBefore);
    shapeAfter = List.copyOf(shapeAfter);
  }

  public boolean changed() {
    return !shapeBefore.equals(shapeAfter);
  }

  static List<LayerChange> measure(Model model, AxisTracer tracer, Map<String, Double> macs) {
    var layers = new LinkedHashMap<String, LayerChange>();
    for (var work : tracer.work()) {
      var node = work.node();
      var weight = model.graph().constant(node.input(1));
      if (weight.isPresent()) {
        var shape = java.util.Arrays.stream(weight.get().shape()).boxed().toList();
        int channels = outputChannels(node, weight.get());
        double count = macs.getOrDefault(node.label(), 0.0);
        layers.put(
            node.label(),
            new LayerChange(
                node.label(), node.opType(), shape, shape, channels, channels, "", count, count));
      }
    }
    return List.copyOf(layers.values());
  }

  /**
   * Weights are {@code [M, C/group, …]} for Conv, {@code [C, M/group, …]} for ConvTranspose, {@code
   * [N, K]} for Gemm with transB and {@code […, K, N]} for other matrix products.
   */
  private static int outputChannels(Node node, Tensor weight) {
    return Math.toIntExact(
        switch (node.opType()) {
          case "Conv" -> weight.dim(0);
          case "ConvTranspose" -> weight.dim(1) * node.attribute("group", 1L);
          case "Gemm" -> weight.dim(node.attribute("transB", 0L) == 0 ? 1 : 0);
          default -> weight.rank() < 2 ? 1 : weight.dim(weight.rank() - 1);
        });
  }

  /**
   * Joins two measurements of the same layers.
   *
   * @param decisions what was decided about the channels of each layer, by its label
   */
  static List<LayerChange> compare(
      List<LayerChange> before,
      List<LayerChange> after,
      Map<String, List<PrunePlan.Decision>> decisions) {
    var later = new LinkedHashMap<String, LayerChange>();
    after.forEach(layer -> later.put(layer.node(), layer));
    var changes = new ArrayList<LayerChange>();
    for (var layer : before) {
      var now = Objects.requireNonNull(later.get(layer.node()));
      changes.add(
          new LayerChange(
              layer.node(),
              layer.operator(),
              layer.shapeBefore(),
              now.shapeAfter(),
              layer.channelsBefore(),
              now.channelsAfter(),
              reason(
                  layer.channelsBefore(),
                  now.channelsAfter(),
                  decisions.getOrDefault(layer.node(), List.of())),
              layer.macsBefore(),
              now.macsAfter()));
    }
    return changes;
  }

  /**
   * In the layer's own numbers: one channel of a group may be several of the layer's, and a layer
   * may compute the channels of several groups.
   */
  private static String reason(int before, int after, List<PrunePlan.Decision> decisions) {
    if (before == after) {
      return decisions.stream()
          .map(PrunePlan.Decision::reason)
          .distinct()
          .collect(Collectors.joining("; "));
    }
    String removed = "removed " + (before - after) + " of " + before;
    if (decisions.size() == 1) {
      return removed + ", " + decisions.get(0).reason();
    }
    long parts = decisions.stream().filter(d -> d.after() < d.before()).count();
    return decisions.isEmpty()
        ? removed + ", with the channels that it reads"
        : removed + ", the lowest in " + parts + " of its " + decisions.size() + " parts";
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s '%s': weight %s → %s, MACs %.0f → %.0f",
        operator,
        node,
        shapeBefore,
        shapeAfter,
        macsBefore,
        macsAfter);
  }
}
