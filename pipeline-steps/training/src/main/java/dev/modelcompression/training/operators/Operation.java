package dev.modelcompression.training.operators;

import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * One node, ready to run: attributes are read, inputs come with each call.
 *
 * <p>Returns a new handle for every output, never the handle of an input: the caller closes values
 * after their last use.
 */
@FunctionalInterface
public interface Operation {
  /** Computes the outputs, in the node's order. */
  Tensor[] apply(Arguments in);

  /** An operation with one output. */
  static Operation of(Function<Arguments, Tensor> function) {
    return in -> new Tensor[] {function.apply(in)};
  }
}
