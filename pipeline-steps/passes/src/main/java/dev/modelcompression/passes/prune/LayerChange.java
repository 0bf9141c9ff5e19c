package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What pruning did to one convolution or matrix product.
 *
 * @param node its label
 * @param operator its operator
 * @param shapeBefore of its weight
 * @param shapeAfter of its weight
 * @param macsBefore multiply–accumulates for the input shapes given
 * @param macsAfter the same after pruning
 */
public record LayerChange(
    String node,
    String operator,
    List<Long> shapeBefore,
    List<Long> shapeAfter,
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
        double count = macs.getOrDefault(node.label(), 0.0);
        layers.put(
            node.label(), new LayerChange(node.label(), node.opType(), shape, shape, count, count));
      }
    }
    return List.copyOf(layers.values());
  }

  /** Joins two measurements of the same layers. */
  static List<LayerChange> compare(List<LayerChange> before, List<LayerChange> after) {
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
              layer.macsBefore(),
              now.macsAfter()));
    }
    return changes;
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
