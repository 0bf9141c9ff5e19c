package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.Arrays;
import java.util.Optional;

/**
 * Lets the second of two Transpose or of two Reshape read what the first reads; a pair of Transpose
 * that undo each other becomes one that moves no axis, for {@link EliminateIdentity} to remove.
 */
public final class MergeLayoutChains implements GraphPass {
  @Override
  public String id() {
    return "merge-layout-chains";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    int merged = 0;
    for (Node node : graph.nodes("Transpose")) {
      merged += mergeTranspose(graph, node) ? 1 : 0;
    }
    for (Node node : graph.nodes("Reshape")) {
      merged += mergeReshape(graph, node) ? 1 : 0;
    }
    return new PassResult(id(), merged);
  }

  private static boolean mergeTranspose(Graph graph, Node second) {
    var first = graph.producer(second.input(0)).filter(node -> node.is("Transpose"));
    if (first.isEmpty()) {
      return false;
    }
    var before = first.get().attribute("perm", new long[0]);
    var after = second.attribute("perm", new long[0]);
    int rank = Math.max(before.length, after.length);
    if (rank == 0) {
      return false;
    }
    before = before.length == 0 ? reversed(rank) : before;
    after = after.length == 0 ? reversed(rank) : after;
    var both = new long[rank];
    for (int i = 0; i < rank; i++) {
      both[i] = before[(int) after[i]];
    }
    second.setAttribute("perm", both);
    second.setInput(0, first.get().input(0));
    return true;
  }

  private static boolean mergeReshape(Graph graph, Node second) {
    var first =
        graph
            .producer(second.input(0))
            .filter(node -> node.isAny("Reshape", "Flatten", "Squeeze", "Unsqueeze"));
    Optional<Tensor> shape = graph.constant(second.input(1));
    // A 0 copies a dimension of the direct input.
    boolean absolute =
        shape.filter(s -> Arrays.stream(s.longs()).noneMatch(dim -> dim == 0)).isPresent();
    if (first.isEmpty() || !absolute) {
      return false;
    }
    second.setInput(0, first.get().input(0));
    return true;
  }

  private static long[] reversed(int rank) {
    var perm = new long[rank];
    Arrays.setAll(perm, i -> rank - 1L - i);
    return perm;
  }
}
