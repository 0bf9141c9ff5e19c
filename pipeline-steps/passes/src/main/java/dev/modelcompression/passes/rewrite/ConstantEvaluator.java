package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.List;
import java.util.Optional;

/** Computes single nodes whose inputs are all known. */
@FunctionalInterface
public interface ConstantEvaluator {
  /**
   * Computes the outputs of one node.
   *
   * @param model gives operator set versions; not to be changed
   * @param inputs one tensor an input, in order; for an optional input left out, the empty vector
   * @return one tensor an output, in order; empty when the node cannot be evaluated here
   */
  Optional<List<Tensor>> evaluate(Model model, Node node, List<Tensor> inputs);
}
