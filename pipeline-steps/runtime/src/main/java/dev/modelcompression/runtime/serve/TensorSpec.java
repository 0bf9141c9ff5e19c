package dev.modelcompression.runtime.serve;

import java.util.List;

/**
 * An input or output of a model.
 *
 * @param shape −1 where any size goes; empty for a single number
 */
public record TensorSpec(String name, ElementType type, List<Long> shape) {
  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /** Whether the first dimension is open, as that of a batch is. */
  public boolean openBatch() {
    return !shape.isEmpty() && shape.get(0) < 0;
  }
}
