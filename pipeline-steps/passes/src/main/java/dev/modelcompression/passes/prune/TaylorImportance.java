package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects Taylor scores: for each channel the squared sum of gradient × weight over all its
 * parameters, averaged over batches.
 *
 * <p>They are squared changes of the same loss, hence comparable between layers as they are; only
 * their total over all groups is scaled to 1. Not thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1906.10771">Molchanov et al. 2019, eq. 8</a>
 */
public final class TaylorImportance {
  private final Model model;
  private final ChannelGroups groups;
  private final Map<String, double[]> squares = new LinkedHashMap<>();

  /** Starts with no batch for the prunable groups of a model. */
  public TaylorImportance(Model model, ChannelGroups groups) {
    this.model = model;
    this.groups = groups;
    groups.prunable().forEach(group -> squares.put(group.id(), new double[group.channels()]));
  }

  /**
   * Adds one batch.
   *
   * @param gradientTimesWeight by initializer name, elementwise, for the loss of this batch;
   *     constants that are missing count nothing
   * @throws IllegalArgumentException an array of another length than its initializer
   */
  public void add(Map<String, float[]> gradientTimesWeight) {
    for (var group : groups.prunable()) {
      double[] sums = new double[group.channels()];
      for (var member : group.members()) {
        float[] products = gradientTimesWeight.get(member.constant());
        if (products != null) {
          addTo(sums, member, products);
        }
      }
      double[] total = ChannelImportance.of(squares, group.id());
      Arrays.setAll(total, channel -> total[channel] + sums[channel] * sums[channel]);
    }
  }

  private void addTo(double[] sums, ChannelGroup.Member member, float[] products) {
    var tensor = model.graph().constant(member.constant()).orElseThrow();
    if (tensor.elementCount() != products.length) {
      throw new IllegalArgumentException(
          "gradient × weight of '"
              + member.constant()
              + "' has "
              + products.length
              + " elements, expected those of "
              + tensor);
    }
    long[] shape = tensor.shape();
    for (int channel = 0; channel < sums.length; channel++) {
      int[] indices = member.indices().get(channel);
      sums[channel] += ChannelSlices.fold(products, shape, member.axis(), indices, Double::sum);
    }
  }

  /**
   * Scores for the planner, by group id.
   *
   * @throws IllegalArgumentException no batch gave a gradient for any prunable layer
   */
  public Map<String, double[]> scores() {
    double total = squares.values().stream().flatMapToDouble(Arrays::stream).sum();
    if (total == 0) {
      throw new IllegalArgumentException(
          "importance Taylor got no gradient for any layer that can be pruned");
    }
    var scores = new LinkedHashMap<String, double[]>();
    squares.forEach(
        (id, sums) -> scores.put(id, Arrays.stream(sums).map(sum -> sum / total).toArray()));
    return scores;
  }
}
