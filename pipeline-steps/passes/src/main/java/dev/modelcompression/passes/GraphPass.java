package dev.modelcompression.passes;

import dev.modelcompression.onnx.Model;

/** One edit of a model, in place. */
public interface GraphPass {
  /** Kebab-case name for reports and messages. */
  String id();

  /**
   * Edits the model.
   *
   * <p>Graph inputs, the names of graph outputs and values that subgraphs read stay as they are. A
   * pass that fails may leave the model half edited: give it a {@linkplain Model#copy() copy}.
   *
   * @throws dev.modelcompression.onnx.InvalidModelException the model contradicts itself
   * @throws dev.modelcompression.onnx.UnsupportedModelException the pass cannot work on this model
   */
  PassResult apply(Model model);
}
