package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of a compression, by the use it is put to. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!(has(self.training) && has(self.training.from))"
            + " && !(has(self.evaluation) && has(self.evaluation.from))",
    message = "only calibration can be drawn from another data set")
@ValidationRule(
    value = "!(has(self.calibration) && has(self.calibration.from)) || has(self.training)",
    message = "calibration is drawn from training, which is missing")
public record Datasets(
    @JsonPropertyDescription(
            "training is labelled data for fine-tune and for the gradients of Taylor importance.")
        @Nullable DatasetSource training,
    @JsonPropertyDescription(
            "calibration is data for value ranges, used by static quantize and by analyze. A few"
                + " hundred samples are enough; labels are not needed.")
        @Nullable DatasetSource calibration,
    @JsonPropertyDescription(
            "evaluation is labelled data that no other step has seen, used by evaluate alone.")
        @Nullable DatasetSource evaluation) {

  /** Name of the training set in {@code from} and in a step's inputs. */
  public static final String TRAINING = "training";

  /** Name of the calibration set. */
  public static final String CALIBRATION = "calibration";

  /** Name of the evaluation set. */
  public static final String EVALUATION = "evaluation";

  static final Datasets NONE = new Datasets(null, null, null);

  /** The sets that are declared, by name, in the order training, calibration, evaluation. */
  public Map<String, DatasetSource> byName() {
    Map<String, DatasetSource> declared = new LinkedHashMap<>();
    if (training != null) {
      declared.put(TRAINING, training);
    }
    if (calibration != null) {
      declared.put(CALIBRATION, calibration);
    }
    if (evaluation != null) {
      declared.put(EVALUATION, evaluation);
    }
    return declared;
  }
}
