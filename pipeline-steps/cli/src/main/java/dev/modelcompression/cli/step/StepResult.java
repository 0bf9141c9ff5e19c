package dev.modelcompression.cli.step;

import dev.modelcompression.onnx.Model;
import java.util.Map;
import java.util.Optional;

/**
 * What a step found or made, before anything is written.
 *
 * @param model the model to publish, if the step makes one
 * @param metrics headline numbers by their names in the report
 * @param details a record that Jackson can write
 * @param message one sentence for people
 */
record StepResult(
    Optional<Model> model, Map<String, Double> metrics, Object details, String message) {
  static StepResult of(Model model, Map<String, Double> metrics, Object details, String message) {
    return new StepResult(Optional.of(model), metrics, details, message);
  }
}
