package dev.modelcompression.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds weights that are no finite numbers. Whatever is computed from one is worthless: NaN loses
 * every comparison, so that a ranking, a range or a best class made of it says nothing.
 */
public final class FiniteWeights {
  /** Operators whose constants are learned; elsewhere an infinity may be a mask or a bound. */
  private static final Set<String> LEARNED =
      Set.of(
          "Conv",
          "ConvTranspose",
          "Gemm",
          "MatMul",
          "Gather",
          "PRelu",
          "BatchNormalization",
          "LayerNormalization",
          "InstanceNormalization",
          "GroupNormalization",
          "RNN",
          "GRU",
          "LSTM");

  private FiniteWeights() {}

  /**
   * One sentence for each constant that holds NaN, or an infinity where weights belong, in the
   * order of the nodes that read them.
   */
  public static List<String> faults(Model model) {
    var graph = model.graph();
    var seen = new HashSet<String>();
    var faults = new ArrayList<String>();
    for (Node node : graph.nodes()) {
      for (String input : node.inputs()) {
        Parameters.constant(graph, input)
            .filter(tensor -> tensor.type().isFloatingPoint())
            .filter(tensor -> seen.add(input))
            .flatMap(tensor -> fault(graph, node, input, tensor))
            .ifPresent(faults::add);
      }
    }
    return faults;
  }

  /**
   * Lets a model pass whose weights are all finite.
   *
   * @throws InvalidModelException one is not; the message names its tensor
   */
  public static void require(Model model) {
    var faults = faults(model);
    if (!faults.isEmpty()) {
      throw new InvalidModelException(
          faults.get(0)
              + ", expected finite numbers"
              + (faults.size() == 1 ? "" : "; tensors like it: " + faults.size())
              + "; train or export the model again");
    }
  }

  private static Optional<String> fault(Graph graph, Node node, String name, Tensor tensor) {
    boolean learned = LEARNED.contains(Parameters.user(graph, node).opType());
    var values = tensor.floats();
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i]) || (learned && Float.isInfinite(values[i]))) {
        return Optional.of(
            "tensor "
                + Fault.quoted(name)
                + " "
                + Arrays.toString(tensor.shape())
                + " of "
                + Fault.node(node.proto())
                + " holds "
                + (Float.isNaN(values[i]) ? "NaN" : "an infinity")
                + " (element "
                + i
                + ")");
      }
    }
    return Optional.empty();
  }
}
