package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Node;

/**
 * One axis of one constant, as one node reads it.
 *
 * @param node the reader
 * @param input which input of the reader
 * @param constant name of the initializer, or of the output of the {@code Constant}, behind that
 *     input; {@code Identity} nodes in between are looked through
 * @param axis the axis that shrinks
 * @param units the units of the axis, in order
 * @param role what the axis is to the layer
 */
record Slice(Node node, int input, String constant, int axis, int[] units, AxisRole role) {}
