package dev.modelcompression.training.operators;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.jspecify.annotations.Nullable;

/** Inputs of one run of a node. */
public final class Arguments {
  private final @Nullable Tensor[] values;
  private final int[] slots;
  private final boolean training;

  /**
   * Reads inputs out of a value table.
   *
   * @param slots position of each input in {@code values}, or a negative number for one left out
   */
  public Arguments(@Nullable Tensor[] values, int[] slots, boolean training) {
    this.values = values;
    this.slots = slots;
    this.training = training;
  }

  int count() {
    return slots.length;
  }

  /** Whether normalization uses (and updates) the statistics of the batch. */
  boolean training() {
    return training;
  }

  boolean has(int index) {
    return index < slots.length && slots[index] >= 0;
  }

  Tensor get(int index) {
    var value = has(index) ? values[slots[index]] : null;
    if (value == null) {
      throw new IllegalArgumentException("input " + index + " is missing");
    }
    return value;
  }

  TensorOptional optional(int index) {
    return has(index) ? new TensorOptional(get(index)) : new TensorOptional();
  }

  /** Elements of a whole-number input such as a shape or axes. */
  long[] longs(int index) {
    return NativeTensors.longs(get(index));
  }

  /** The only element of an input, or none when the input is left out. */
  ScalarOptional scalar(int index) {
    return has(index)
        ? new ScalarOptional(new Scalar(get(index).item_double()))
        : new ScalarOptional();
  }

  static LongOptional none() {
    return new LongOptional();
  }
}
