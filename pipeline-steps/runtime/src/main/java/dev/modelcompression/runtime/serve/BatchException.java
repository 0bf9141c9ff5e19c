package dev.modelcompression.runtime.serve;

import java.util.Arrays;

/** A model that looked as if requests could share a run does not give a row per row. */
public final class BatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BatchException(String output, long rows, long[] shape) {
    super(
        "output '%s' has shape %s for a batch of %d rows"
            .formatted(output, Arrays.toString(shape), rows));
  }
}
