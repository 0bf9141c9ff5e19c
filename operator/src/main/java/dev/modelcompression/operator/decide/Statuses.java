package dev.modelcompression.operator.decide;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import java.util.Optional;

/** The status that a compression has. */
public final class Statuses {
  /** Of a compression that the operator has not looked at. */
  @SuppressWarnings("NullAway") // null stands for nothing said, as it does in JSON
  public static final ModelCompressionStatus NONE =
      new ModelCompressionStatus(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null);

  private Statuses() {}

  /** The status of a compression, never null. */
  public static ModelCompressionStatus of(ModelCompression compression) {
    return Optional.ofNullable(compression.getStatus()).orElse(NONE);
  }
}
