package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.session.OrtModel;

/** How many samples one timed inference has: as many for one model as for the other. */
final class LatencyBatch {
  private LatencyBatch() {}

  /**
   * The number asked for, or the batch that a model fixes.
   *
   * @throws UnsupportedModelException both models fix their batches, and not alike
   * @throws InvalidDataException the data has fewer rows than the model with a free batch needs to
   *     keep up with the other
   */
  static int of(
      Subject original, OrtModel first, Subject result, OrtModel second, Dataset data, int asked) {
    var a = first.fixedBatch();
    var b = second.fixedBatch();
    if (a.isEmpty() && b.isEmpty()) {
      return Math.min(asked, data.size());
    }
    if (a.isPresent() && b.isPresent()) {
      if (a.getAsInt() != b.getAsInt()) {
        throw new UnsupportedModelException(
            "latencies cannot be compared: %s has a fixed batch of %d, %s one of %d; export both with the same batch, or one with a free batch"
                .formatted(original.name(), a.getAsInt(), result.name(), b.getAsInt()));
      }
      return a.getAsInt();
    }
    int fixed = a.isPresent() ? a.getAsInt() : b.getAsInt();
    if (fixed > data.size()) {
      throw new InvalidDataException(
          "%s has a fixed batch of %d, so that latency is measured with as many samples at once, but the data has %d rows; give at least %d"
              .formatted(
                  a.isPresent() ? original.name() : result.name(), fixed, data.size(), fixed));
    }
    return fixed;
  }
}
