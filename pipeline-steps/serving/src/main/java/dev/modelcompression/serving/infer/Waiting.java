package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.TensorData;
import java.util.List;

/**
 * A request that waits for its run.
 *
 * @param inputs in the order of the model's inputs
 * @param since when it began to wait, by {@link System#nanoTime}
 * @param memory has the inputs' bytes until the model is done with them
 * @param receiver gets the answer from the thread that runs it
 */
record Waiting(List<TensorData> inputs, long since, MemoryShare memory, Receiver receiver) {
  /** Rows that it adds to a batch. */
  long rows() {
    return inputs.isEmpty() || inputs.get(0).shape().length == 0 ? 1 : inputs.get(0).shape()[0];
  }
}
