package dev.modelcompression.training;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a training leaves its state, so that a killed one can go on.
 *
 * @param file replaced atomically each time; empty for none
 * @param everySteps also save in the middle of an epoch, after so many steps; 0 saves only after
 *     epochs
 */
public record Checkpointing(Optional<Path> file, int everySteps) {
  /** Saves nothing. */
  public static final Checkpointing OFF = new Checkpointing(Optional.empty(), 0);

  public Checkpointing {
    Setting.check("checkpointEverySteps", everySteps, 0, Integer.MAX_VALUE);
  }

  /** Saves after every epoch. */
  public static Checkpointing to(Path file) {
    return new Checkpointing(Optional.of(file), 0);
  }
}
