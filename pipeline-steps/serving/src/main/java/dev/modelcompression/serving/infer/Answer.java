package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.TensorData;
import java.util.List;

/**
 * What a run gave one request.
 *
 * @param outputs in the order of the model's outputs
 * @param batchRows rows of the whole run
 * @param waitedNanos time in the queue
 * @param ranNanos time of the run
 */
public record Answer(List<TensorData> outputs, long batchRows, long waitedNanos, long ranNanos) {}
