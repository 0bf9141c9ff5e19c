package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Node;

/** How one operator carries channels from its inputs and weights to its outputs. */
@FunctionalInterface
interface DependencyRule {
  /** Couples the axes of the node's operands and states those of its outputs. */
  void apply(AxisTracer tracer, Node node);
}
