package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.ModelCompressionStatus;

/** Whether the spec has been edited since the operator last looked. */
final class Generations {
  private Generations() {}

  static boolean isEdited(ModelCompressionStatus status, long generation) {
    return status.observedGeneration() != null && status.observedGeneration() != generation;
  }
}
