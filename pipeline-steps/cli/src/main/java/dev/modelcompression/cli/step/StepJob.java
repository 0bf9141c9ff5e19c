package dev.modelcompression.cli.step;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.FiniteWeights;
import dev.modelcompression.onnx.Model;
import java.nio.file.Path;

/**
 * One step's work: what is asked, where its inputs come from, where it may keep state that outlives
 * a kill.
 *
 * @param request what is asked
 * @param inputs models and data
 * @param scratch folder for checkpoints; the same for every attempt at the same request
 * @param progress told how far the step is
 */
public record StepJob(StepRequest request, StepInputs inputs, Path scratch, Progress progress) {
  /** Name of the file in {@code scratch} that a killed training goes on from. */
  public static final String CHECKPOINT = "checkpoint";

  /** The model to work on. */
  Model model() {
    return inputs.model(request, Artifact.MODEL);
  }

  /**
   * The model to work on, for work that weighs its weights.
   *
   * @throws dev.modelcompression.onnx.InvalidModelException a weight is NaN or infinite
   */
  Model finiteModel() {
    var model = model();
    FiniteWeights.require(model);
    return model;
  }

  /** The model that the user started from. */
  Model original() {
    return inputs.model(request, Artifact.ORIGINAL);
  }

  Dataset dataset(String name, String purpose) {
    return inputs.dataset(request, name, purpose);
  }

  boolean hasDataset(String name) {
    return request.dataset(name).isPresent();
  }

  int threads() {
    return request.threads();
  }

  long seed() {
    return request.seed();
  }
}
