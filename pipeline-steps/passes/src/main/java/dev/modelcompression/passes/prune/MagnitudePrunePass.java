package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.ExcludedNodes;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import dev.modelcompression.passes.prune.ChannelPruneSettings.Scope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sets the least important weights of convolutions and matrix products to 0: those of the smallest
 * magnitude, or of the smallest |gradient × weight|. Biases and normalizations stay.
 *
 * <p>The tensors keep their size: ONNX Runtime multiplies by zeros as by other numbers, so the
 * model gets no faster, and its file smaller only when it is compressed.
 *
 * @see <a href="https://arxiv.org/abs/1506.02626">Han et al. 2015</a>
 */
public final class MagnitudePrunePass implements GraphPass {
  private final MagnitudePruneSettings settings;
  private final Map<String, float[]> saliency;

  /** Ranks by magnitude. */
  public MagnitudePrunePass(MagnitudePruneSettings settings) {
    this(settings, Map.of());
  }

  /**
   * Ranks by saliency.
   *
   * @param saliency by initializer name, elementwise, of any sign; layers that are missing are
   *     ranked by magnitude
   */
  public MagnitudePrunePass(MagnitudePruneSettings settings, Map<String, float[]> saliency) {
    this.settings = settings;
    this.saliency = Map.copyOf(saliency);
  }

  @Override
  public String id() {
    return "magnitude-prune";
  }

  @Override
  public PassResult apply(Model model) {
    var result = prune(model);
    long zeroed = result.layers().stream().mapToLong(l -> l.zerosAfter() - l.zerosBefore()).sum();
    var notes = new ArrayList<String>();
    for (var layer : result.layers()) {
      notes.add(
          layer.note().isEmpty()
              ? String.format(
                  Locale.ROOT,
                  "'%s': %d of %d weights are 0",
                  layer.node(),
                  layer.zerosAfter(),
                  layer.elements())
              : "'" + layer.node() + "' left alone: " + layer.note());
    }
    notes.add("zeros save no time in ONNX Runtime, and space only in a compressed file");
    return new PassResult(id(), Math.toIntExact(zeroed), notes);
  }

  /**
   * Like {@link #apply}, with masks and all that happened to each layer.
   *
   * @throws UnsupportedModelException the model has no weight to prune, or is quantized: its
   *     weights are integers behind scales, which this pass does not rank
   * @throws IllegalArgumentException the settings set no further weight to 0, or keep a node that
   *     does not exist
   */
  public MagnitudePruneResult prune(Model model) {
    model.graph().nodes().forEach(AxisTracer::refuseQuantized);
    ExcludedNodes.check(model.graph(), settings.keepNodes());
    var weights = weights(model);
    if (weights.isEmpty()) {
      throw new UnsupportedModelException(
          "no weight can be pruned: the model has no convolution or matrix product with a constant"
              + " weight, or all are excluded");
    }
    var masks = new LinkedHashMap<String, BitSet>();
    var notes = new LinkedHashMap<String, String>();
    if (settings.pattern().isPresent()) {
      byPattern(weights, settings.pattern().get(), masks, notes);
    } else {
      byRatio(weights, masks);
    }
    if (weights.stream().noneMatch(weight -> loses(weight, masks.get(weight.name())))) {
      throw new IllegalArgumentException(nothingRemoved(weights));
    }
    var layers = new ArrayList<MagnitudePruneResult.Layer>();
    for (var weight : weights) {
      long before = zeros(weight.tensor());
      var mask = masks.get(weight.name());
      var pruned = mask == null ? weight.tensor() : masked(weight.tensor(), mask);
      model.graph().setInitializer(weight.name(), pruned);
      layers.add(
          new MagnitudePruneResult.Layer(
              weight.node().label(),
              weight.name(),
              pruned.elementCount(),
              before,
              zeros(pruned),
              notes.getOrDefault(weight.name(), "")));
    }
    return new MagnitudePruneResult(layers, masks);
  }

  private void byRatio(List<Weight> weights, Map<String, BitSet> masks) {
    var rankings =
        weights.stream().map(w -> WeightRanking.ofNonZero(scores(w), w.tensor().floats())).toList();
    int[] lost;
    if (settings.scope() == Scope.GLOBAL) {
      long all = rankings.stream().mapToLong(WeightRanking::size).sum();
      lost = WeightRanking.lowest(rankings, Math.round(settings.ratio() * all));
    } else {
      lost =
          rankings.stream()
              .mapToInt(r -> (int) Math.min(r.size() - 1L, Math.round(settings.ratio() * r.size())))
              .map(count -> Math.max(0, count))
              .toArray();
    }
    for (int i = 0; i < lost.length; i++) {
      masks.put(weights.get(i).name(), rankings.get(i).withoutLowest(lost[i]));
    }
  }

  private static boolean loses(Weight weight, @Nullable BitSet kept) {
    float[] values = weight.tensor().floats();
    return kept != null
        && IntStream.range(0, values.length).anyMatch(i -> values[i] != 0 && !kept.get(i));
  }

  private String nothingRemoved(List<Weight> weights) {
    if (settings.pattern().isPresent()) {
      return "prune pattern "
          + settings.pattern().get()
          + " removes not a single weight: the layers that it fits have these zeros already; use"
          + " another pattern, or leave the step out";
    }
    long left =
        weights.stream().mapToLong(w -> w.tensor().elementCount() - zeros(w.tensor())).sum();
    return "prune ratio "
        + settings.ratio()
        + " removes not a single weight of the "
        + left
        + " that are not 0 yet; raise the ratio, or leave the step out";
  }

  private void byPattern(
      List<Weight> weights,
      MagnitudePruneSettings.Pattern pattern,
      Map<String, BitSet> masks,
      Map<String, String> notes) {
    for (var weight : weights) {
      long summed = weight.tensor().dim(weight.axis());
      if (summed % pattern.of() == 0) {
        masks.put(weight.name(), patterned(weight, pattern));
      } else {
        notes.put(weight.name(), "it sums over " + summed + ", not a multiple of " + pattern.of());
      }
    }
    if (masks.isEmpty()) {
      throw new IllegalArgumentException(
          "prune pattern "
              + pattern
              + " fits no layer: none sums over a multiple of "
              + pattern.of()
              + "; use another pattern, or a ratio");
    }
  }

  private BitSet patterned(Weight weight, MagnitudePruneSettings.Pattern pattern) {
    float[] scores = scores(weight);
    int stride = 1;
    for (int i = weight.axis() + 1; i < weight.tensor().rank(); i++) {
      stride *= (int) weight.tensor().dim(i);
    }
    var kept = new BitSet(scores.length);
    kept.set(0, scores.length);
    float[] block = new float[pattern.of()];
    for (int start = 0; start < scores.length; start++) {
      boolean firstOfBlock = start / stride % pattern.of() == 0;
      if (firstOfBlock) {
        for (int i = 0; i < block.length; i++) {
          block[i] = scores[start + i * stride];
        }
        var stays = WeightRanking.of(block).withoutLowest(pattern.of() - pattern.keep());
        for (int i = 0; i < block.length; i++) {
          kept.set(start + i * stride, stays.get(i));
        }
      }
    }
    return kept;
  }

  private float[] scores(Weight weight) {
    float[] given = saliency.get(weight.name());
    if (given == null) {
      return weight.tensor().floats();
    }
    if (given.length != weight.tensor().elementCount()) {
      throw new IllegalArgumentException(
          "saliency of '"
              + weight.name()
              + "' has "
              + given.length
              + " elements, expected those of "
              + weight.tensor());
    }
    return given;
  }

  /** Every weight once, for its first reader. */
  private List<Weight> weights(Model model) {
    var graph = model.graph();
    var found = new LinkedHashMap<String, Weight>();
    for (Node node : graph.nodes()) {
      var name = initializerBehind(model, node);
      if (name.isPresent() && !settings.keepNodes().contains(node.label())) {
        var tensor = graph.initializer(name.get()).orElseThrow();
        if (tensor.rank() > 1 && tensor.type().isFloatingPoint() && tensor.elementCount() > 1) {
          found.putIfAbsent(name.get(), new Weight(node, name.get(), tensor, summed(node, tensor)));
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static Optional<String> initializerBehind(Model model, Node node) {
    if (!node.isAny("Conv", "ConvTranspose", "Gemm", "MatMul")) {
      return Optional.empty();
    }
    return AxisTracer.constantName(model.graph(), node.input(1))
        .filter(name -> model.graph().initializer(name).isPresent());
  }

  /** The axis that the layer sums over. */
  private static int summed(Node node, Tensor tensor) {
    return switch (node.opType()) {
      case "Conv" -> 1;
      case "ConvTranspose" -> 0;
      case "Gemm" -> node.attribute("transB", 0L) == 0 ? 0 : 1;
      default -> tensor.rank() - 2;
    };
  }

  private static Tensor masked(Tensor tensor, BitSet kept) {
    int width = tensor.type().bits() / 8;
    var source = tensor.rawBytes();
    var bytes = ByteBuffer.allocate(source.remaining());
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      bytes.put(i * width, source, i * width, width);
    }
    return Tensor.raw(tensor.type(), tensor.shape(), bytes);
  }

  private static long zeros(Tensor tensor) {
    long zeros = 0;
    for (float value : tensor.floats()) {
      zeros += value == 0 ? 1 : 0;
    }
    return zeros;
  }

  /** A layer's weight and the axis that the layer sums over. */
  private record Weight(Node node, String name, Tensor tensor, int axis) {}
}
