package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Multiply–accumulates and parameters of a model as functions of how many channels each group
 * keeps.
 *
 * <p>Both are sums of products: a convolution's MACs are its positions × kernel × channels kept in
 * × channels kept out. MACs are those of Conv, ConvTranspose, Gemm and MatMul, for the input shapes
 * that were traced; parameters are the elements of all float initializers.
 */
final class ChannelCost {
  private final int[] channels;
  private final List<Term> macs = new ArrayList<>();
  private final List<Term> parameters = new ArrayList<>();

  private ChannelCost(ChannelGroups groups) {
    channels = groups.groups().stream().mapToInt(ChannelGroup::channels).toArray();
  }

  static ChannelCost of(Model model, ChannelGroups groups) {
    var cost = new ChannelCost(groups);
    for (var work : groups.tracer().work()) {
      cost.macs.add(cost.term(groups, work.node().label(), work.each(), work.units()));
    }
    var sliced = new LinkedHashMap<String, Map<Integer, int[]>>();
    for (var slice : groups.tracer().slices()) {
      sliced
          .computeIfAbsent(slice.constant(), key -> new LinkedHashMap<>())
          .put(slice.axis(), slice.units());
    }
    model
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.type().isFloatingPoint()) {
                var axes = sliced.getOrDefault(name, Map.of());
                double each = tensor.elementCount();
                for (int[] units : axes.values()) {
                  each /= units.length;
                }
                cost.parameters.add(cost.term(groups, name, each, List.copyOf(axes.values())));
              }
            });
    return cost;
  }

  /** Channels that each group has now. */
  int[] channels() {
    return channels.clone();
  }

  double macs(int[] kept) {
    return macs.stream().mapToDouble(term -> term.value(kept, channels)).sum();
  }

  double parameters(int[] kept) {
    return parameters.stream().mapToDouble(term -> term.value(kept, channels)).sum();
  }

  /** MACs by node label. */
  Map<String, Double> macsByNode(int[] kept) {
    var byNode = new LinkedHashMap<String, Double>();
    macs.forEach(term -> byNode.merge(term.name, term.value(kept, channels), Double::sum));
    return byNode;
  }

  private Term term(ChannelGroups groups, String name, double each, List<int[]> axes) {
    var lengths = new ArrayList<Axis>();
    for (int[] units : axes) {
      if (units.length > 0) {
        lengths.add(axis(groups, units));
      }
    }
    return new Term(name, each, lengths);
  }

  private Axis axis(ChannelGroups groups, int[] units) {
    double[] byGroup = new double[channels.length];
    double fixed = 0;
    for (int unit : units) {
      var place = groups.place(unit);
      if (place.isPresent()) {
        byGroup[place.get().group()]++;
      } else {
        fixed++;
      }
    }
    return new Axis(fixed, byGroup);
  }

  /** A product of axis lengths. */
  private record Term(String name, double each, List<Axis> axes) {
    double value(int[] kept, int[] channels) {
      double value = each;
      for (var axis : axes) {
        value *= axis.length(kept, channels);
      }
      return value;
    }
  }

  /** The length of one axis: a part that stays and what each group has of it. */
  private record Axis(double fixed, double[] byGroup) {
    double length(int[] kept, int[] channels) {
      double length = fixed;
      for (int g = 0; g < kept.length; g++) {
        length += byGroup[g] == 0 ? 0 : byGroup[g] * kept[g] / channels[g];
      }
      return length;
    }
  }
}
