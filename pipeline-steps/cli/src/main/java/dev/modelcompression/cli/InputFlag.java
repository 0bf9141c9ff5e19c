package dev.modelcompression.cli;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.contract.Artifact;

/**
 * A flag of a step's command that names a model or a data set.
 *
 * @param flag as it is typed
 * @param input what the step calls it
 * @param isModel whether it is a model; otherwise it is a data set
 * @param required whether the step cannot do without
 * @param description for people
 */
record InputFlag(String flag, String input, boolean isModel, boolean required, String description) {

  /** {@code --data} for value ranges. */
  static InputFlag calibration(String description) {
    return new InputFlag("--data", Datasets.CALIBRATION, false, false, description);
  }

  /** {@code --data} to measure on. */
  static InputFlag evaluation(String description) {
    return new InputFlag("--data", Datasets.EVALUATION, false, true, description);
  }

  /** {@code --train} with labels. */
  static InputFlag training(boolean required, String description) {
    return new InputFlag("--train", Datasets.TRAINING, false, required, description);
  }

  /** A model besides the one to work on. */
  static InputFlag original(String flag, boolean required, String description) {
    return new InputFlag(flag, Artifact.ORIGINAL, true, required, description);
  }
}
