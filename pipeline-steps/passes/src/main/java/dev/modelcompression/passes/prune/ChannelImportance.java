package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Scores of channels: the lowest go first.
 *
 * <p>L1, L2 and FPGM: for each weight of the group (not biases and normalizations) the norm of the
 * channel's slice, divided by the sum over the channels; then the mean over the weights. A score is
 * thus the share that the channel has of its group, and the scores of every group sum to 1: wide
 * and narrow layers can be ranked together. BN γ is normalized alike, and groups without batch
 * normalization fall back to L2. For scores from gradients see {@link TaylorImportance}.
 */
public final class ChannelImportance {
  private ChannelImportance() {}

  /**
   * Scores without training data.
   *
   * @return for each prunable group, by id, one score a channel
   * @throws IllegalArgumentException Taylor, which needs gradients
   * @throws UnsupportedModelException BN γ, and no group has a batch normalization
   */
  public static Map<String, double[]> scores(
      Model model, ChannelGroups groups, Importance importance) {
    if (importance == Importance.TAYLOR) {
      throw new IllegalArgumentException(
          "importance Taylor needs training data; found none; use L2, or name training data");
    }
    var scores = new LinkedHashMap<String, double[]>();
    for (var group : groups.prunable()) {
      boolean fallBack =
          importance == Importance.BN_GAMMA
              && group.members().stream().noneMatch(ChannelImportance::isGamma);
      var criterion = fallBack ? Importance.L2 : importance;
      scores.put(group.id(), share(weightScores(model.graph(), group, criterion)));
    }
    if (importance == Importance.BN_GAMMA && !scores.isEmpty() && noGamma(groups)) {
      throw new UnsupportedModelException(
          "importance BNGamma needs batch normalizations behind the layers to prune; the model has"
              + " none: use importance L2, or prune before they are folded");
    }
    return scores;
  }

  private static boolean noGamma(ChannelGroups groups) {
    return groups.prunable().stream()
        .flatMap(group -> group.members().stream())
        .noneMatch(ChannelImportance::isGamma);
  }

  private static boolean isGamma(ChannelGroup.Member member) {
    return member.operator().equals("BatchNormalization") && member.input() == 1;
  }

  /** The mean over the group's weights of each channel's share. */
  private static double[] weightScores(Graph graph, ChannelGroup group, Importance importance) {
    double[] scores = new double[group.channels()];
    for (var member : group.members()) {
      var tensor = graph.constant(member.constant()).orElseThrow();
      boolean counts =
          importance == Importance.BN_GAMMA
              ? isGamma(member)
              : tensor.rank() > 1 && tensor.type().isFloatingPoint();
      if (counts) {
        addAll(scores, share(memberScores(member, tensor, importance)));
      }
    }
    return scores;
  }

  private static double[] memberScores(
      ChannelGroup.Member member, Tensor tensor, Importance importance) {
    float[] values = tensor.floats();
    long[] shape = tensor.shape();
    return switch (importance) {
      case L2 -> {
        double[] squares = channels(member, values, shape, (sum, w) -> sum + w * w);
        yield Arrays.stream(squares).map(Math::sqrt).toArray();
      }
      case FPGM ->
          member.role() == AxisRole.INPUT
              ? new double[member.indices().size()]
              : distances(member, values, shape);
      default -> channels(member, values, shape, (sum, w) -> sum + Math.abs(w));
    };
  }

  private static double[] channels(
      ChannelGroup.Member member,
      float[] values,
      long[] shape,
      java.util.function.DoubleBinaryOperator step) {
    return member.indices().stream()
        .mapToDouble(indices -> ChannelSlices.fold(values, shape, member.axis(), indices, step))
        .toArray();
  }

  /** For each channel the sum of the Euclidean distances of its filter to the others. */
  private static double[] distances(ChannelGroup.Member member, float[] values, long[] shape) {
    List<double[]> filters =
        member.indices().stream()
            .map(indices -> elements(values, shape, member.axis(), indices))
            .toList();
    return filters.stream()
        .mapToDouble(filter -> filters.stream().mapToDouble(f -> distance(filter, f)).sum())
        .toArray();
  }

  private static double[] elements(float[] values, long[] shape, int axis, int[] indices) {
    var elements = java.util.stream.DoubleStream.builder();
    ChannelSlices.fold(
        values,
        shape,
        axis,
        indices,
        (unused, w) -> {
          elements.add(w);
          return 0;
        });
    return elements.build().toArray();
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }

  private static void addAll(double[] sums, double[] terms) {
    Arrays.setAll(sums, i -> sums[i] + terms[i]);
  }

  /** Scaled to a sum of 1; all equal when everything is 0. */
  private static double[] share(double[] scores) {
    double sum = Arrays.stream(scores).sum();
    return Arrays.stream(scores)
        .map(score -> sum > 0 ? score / sum : 1.0 / scores.length)
        .toArray();
  }

  static double[] of(Map<String, double[]> scores, String group) {
    return Objects.requireNonNull(scores.get(group), "no scores for group " + group);
  }
}
