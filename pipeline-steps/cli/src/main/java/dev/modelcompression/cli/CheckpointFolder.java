package dev.modelcompression.cli;

import dev.modelcompression.cli.run.RequestDigest;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.contract.StepRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a training that runs as a command of its own keeps its state, so that the same command goes
 * on after a kill. Gone when there is nothing to go on from; left alone when it is not this
 * training's.
 */
final class CheckpointFolder implements AutoCloseable {
  static final String FLAG = "--checkpoint";

  /** Tells which training the folder is of. */
  private static final String REQUEST = "request.digest";

  private final Path path;
  private boolean discarded;

  private CheckpointFolder(Path path) {
    this.path = path;
  }

  /** The folder that is used when none is named. */
  static Path beside(Path out) {
    return out.resolveSibling(out.getFileName() + ".checkpoint");
  }

  /** Whether there is something to go on from. */
  static boolean holdsCheckpoint(Path folder) {
    return Files.exists(folder.resolve(StepJob.CHECKPOINT));
  }

  /**
   * Opens a folder for a training, and makes it where it is not there.
   *
   * @throws IllegalArgumentException it holds something else, or another training's checkpoint
   */
  static CheckpointFolder open(Path path, StepRequest request) {
    OutputLocations.requireFolder(FLAG, path);
    String asked = RequestDigest.of(request);
    Path owner = path.resolve(REQUEST);
    try {
      if (!Files.exists(owner)) {
        OutputLocations.requireEmpty(FLAG, path);
      } else if (holdsCheckpoint(path) && !Files.readString(owner).equals(asked)) {
        throw new IllegalArgumentException(
            FLAG
                + ": "
                + path
                + " holds a half-done training with another model, data, seed, threads, settings or version of mc;"
                + " repeat that command to end it, remove the folder to give it up, or name another folder");
      }
      Files.createDirectories(path);
      Files.writeString(owner, asked);
      return new CheckpointFolder(path);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written to: " + e.getMessage(), e);
    }
  }

  /** Nothing is to go on from: the training is done, or cannot be. */
  void discard() {
    discarded = true;
  }

  @Override
  public void close() {
    if (!discarded && holdsCheckpoint(path)) {
      return;
    }
    try {
      Files.deleteIfExists(path.resolve(StepJob.CHECKPOINT));
      Files.deleteIfExists(path.resolve(REQUEST));
      Files.deleteIfExists(path);
    } catch (FileSystemException e) {
      // A mount point, or something of the user's is in it: it stays.
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
