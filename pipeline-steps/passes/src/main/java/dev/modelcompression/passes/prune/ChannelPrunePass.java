package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes the channels that a {@link PrunePlan} does not keep: slices weights, biases and
 * normalization parameters, and corrects the {@code group} of depthwise convolutions, the targets
 * of Reshape and Expand, the sizes of Split and Resize, the bounds of Slice and the indices of
 * Gather.
 *
 * <p>The result computes what the original would if the weights that read removed channels were 0.
 * Constants keep their names, unless readers disagree about what to keep: then each gets its own.
 */
public final class ChannelPrunePass implements GraphPass {
  private final PrunePlan plan;
  private final Map<String, long[]> inputShapes;

  /**
   * A pass for the model that the plan was made for.
   *
   * @param inputShapes the same as when the plan was made
   */
  public ChannelPrunePass(PrunePlan plan, Map<String, long[]> inputShapes) {
    this.plan = plan;
    this.inputShapes = Map.copyOf(inputShapes);
  }

  @Override
  public String id() {
    return "channel-prune";
  }

  /**
   * Prunes the model.
   *
   * @throws IllegalArgumentException the plan was made for another model
   */
  @Override
  public PassResult apply(Model model) {
    var result = prune(model);
    var notes = new ArrayList<String>();
    result.layers().stream()
        .filter(LayerChange::changed)
        .forEach(layer -> notes.add(layer.toString()));
    int removed = plan.decisions().stream().mapToInt(d -> d.before() - d.after()).sum();
    return new PassResult(id(), removed, notes);
  }

  /** Like {@link #apply}, with all that happened to each layer. */
  public PruneResult prune(Model model) {
    var groups = ChannelGroups.of(model, ShapeInference.infer(model, inputShapes));
    var cost = ChannelCost.of(model, groups);
    var keeps = keeps(groups);
    Kept kept =
        unit ->
            groups.place(unit).map(p -> keeps.get(p.group()).contains(p.channel())).orElse(true);
    var before = LayerChange.measure(model, groups.tracer(), cost.macsByNode(cost.channels()));
    int[] counts = keeps.stream().mapToInt(Set::size).toArray();
    slice(model.graph(), groups.tracer(), kept);
    groups.tracer().edits().forEach(edit -> edit.accept(kept));
    removeUnread(model.graph());
    model.graph().clearValueInfos();
    ShapeInference.infer(model, inputShapes);
    var after = LayerChange.measure(model, groups.tracer(), cost.macsByNode(counts));
    return new PruneResult(
        LayerChange.compare(before, after, decisionsByLayer(groups)),
        plan.decisions(),
        cost.macs(cost.channels()),
        cost.macs(counts),
        cost.parameters(cost.channels()),
        cost.parameters(counts));
  }

  /** The decisions about the channels that each layer computes. */
  private Map<String, List<PrunePlan.Decision>> decisionsByLayer(ChannelGroups groups) {
    var byLayer = new LinkedHashMap<String, List<PrunePlan.Decision>>();
    for (int g = 0; g < groups.groups().size(); g++) {
      var decision = plan.decisions().get(g);
      groups.groups().get(g).members().stream()
          .filter(member -> member.input() == 1 && member.role() != AxisRole.INPUT)
          .map(ChannelGroup.Member::node)
          .distinct()
          .forEach(node -> byLayer.computeIfAbsent(node, key -> new ArrayList<>()).add(decision));
    }
    return byLayer;
  }

  /** For each group of the model the channels that stay. */
  private List<Set<Integer>> keeps(ChannelGroups groups) {
    if (groups.groups().size() != plan.decisions().size()) {
      throw otherModel();
    }
    var keeps = new ArrayList<Set<Integer>>();
    for (int g = 0; g < groups.groups().size(); g++) {
      var group = groups.groups().get(g);
      var decision = plan.decisions().get(g);
      boolean forbidden = !group.prunable() && decision.after() < decision.before();
      if (!group.id().equals(decision.group())
          || group.channels() != decision.before()
          || forbidden) {
        throw otherModel();
      }
      var channels = new HashSet<Integer>();
      for (int channel : decision.kept()) {
        channels.add(channel);
      }
      keeps.add(channels);
    }
    return keeps;
  }

  private static IllegalArgumentException otherModel() {
    return new IllegalArgumentException(
        "the prune plan was made for another model: its groups do not match");
  }

  private static void slice(Graph graph, AxisTracer tracer, Kept kept) {
    var uses = new LinkedHashMap<String, Use>();
    for (var slice : tracer.slices()) {
      int[] places = kept.positions(slice.units());
      if (places.length < slice.units().length) {
        String key = System.identityHashCode(slice.node()) + ":" + slice.input();
        uses.computeIfAbsent(
                key,
                k -> new Use(slice.node(), slice.input(), slice.constant(), new LinkedHashMap<>()))
            .places()
            .put(slice.axis(), places);
      }
    }
    var byConstant = new LinkedHashMap<String, List<Use>>();
    uses.values()
        .forEach(u -> byConstant.computeIfAbsent(u.constant(), k -> new ArrayList<>()).add(u));
    byConstant.forEach((constant, readers) -> rewrite(graph, constant, readers));
  }

  /** One new tensor when all who read the constant agree, one for each distinct wish when not. */
  private static void rewrite(Graph graph, String constant, List<Use> uses) {
    var original = graph.constant(constant).orElseThrow();
    var wishes = new LinkedHashMap<String, List<Use>>();
    uses.forEach(u -> wishes.computeIfAbsent(u.wish(), k -> new ArrayList<>()).add(u));
    boolean agree = wishes.size() == 1 && uses.size() == reads(graph, constant);
    if (agree && graph.initializer(constant).isPresent()) {
      graph.setInitializer(constant, uses.get(0).sliced(original));
      return;
    }
    for (var group : wishes.values()) {
      String own = graph.addInitializer(constant, group.get(0).sliced(original));
      group.forEach(use -> use.node().setInput(use.input(), own));
    }
  }

  /** How many node inputs and graph outputs see the constant, directly or through Identity. */
  private static int reads(Graph graph, String value) {
    int reads = graph.isOutput(value) || graph.isCaptured(value) ? 1 : 0;
    for (Node reader : graph.consumers(value)) {
      if (reader.is("Identity")) {
        reads += reads(graph, reader.output());
      } else {
        reads += (int) reader.inputs().stream().filter(value::equals).count();
      }
    }
    return reads;
  }

  /** Drops constants, and Identity nodes over constants, that nobody reads any more. */
  private static void removeUnread(Graph graph) {
    for (Node node : graph.nodes().stream().toList()) {
      boolean constant = node.is("Constant") || (node.is("Identity") && isConstant(graph, node));
      if (constant && isUnread(graph, node.output())) {
        graph.remove(node);
      }
    }
    var unread = new LinkedHashSet<String>();
    graph.initializers().keySet().stream()
        .filter(name -> isUnread(graph, name) && !graph.isInput(name))
        .forEach(unread::add);
    unread.forEach(graph::removeInitializer);
  }

  private static boolean isConstant(Graph graph, Node identity) {
    return graph.constant(identity.input(0)).isPresent();
  }

  private static boolean isUnread(Graph graph, String value) {
    return graph.consumers(value).isEmpty() && !graph.isOutput(value);
  }

  /** One input of one node and the places that it keeps, by axis. */
  private record Use(Node node, int input, String constant, Map<Integer, int[]> places) {
    String wish() {
      var wish = new StringBuilder();
      places.forEach((axis, at) -> wish.append(axis).append(java.util.Arrays.toString(at)));
      return wish.toString();
    }

    Tensor sliced(Tensor original) {
      var sliced = original;
      for (var axis : places.entrySet()) {
        sliced = ChannelSlices.keep(sliced, axis.getKey(), axis.getValue());
      }
      return sliced;
    }
  }
}
