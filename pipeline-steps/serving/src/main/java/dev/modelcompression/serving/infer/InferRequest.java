package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.TensorData;
import java.util.List;

/**
 * A request as it came in, not yet held against a model.
 *
 * @param id given back with the answer; empty where there is none
 * @param inputs in the request's order
 * @param outputs those that are wanted; empty for all
 */
public record InferRequest(String id, List<TensorData> inputs, List<WantedOutput> outputs) {
  /** An input or output in memory, beside its elements: a request may name many. */
  public static final int NAMED = 512;

  /**
   * An output that is wanted.
   *
   * @param binary not as JSON
   */
  public record WantedOutput(String name, boolean binary) {}

  public InferRequest {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** Whether an output is one of those that are wanted. */
  public boolean wants(TensorData output) {
    return outputs.isEmpty()
        || outputs.stream().anyMatch(wanted -> wanted.name().equals(output.name()));
  }
}
