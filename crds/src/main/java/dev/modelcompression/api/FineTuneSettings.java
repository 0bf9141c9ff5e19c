package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a fine-tune step. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.earlyStoppingPatience == 0 || self.validationSplit > 0.0",
    message = "needs a validationSplit above 0 to watch",
    fieldPath = ".earlyStoppingPatience")
@ValidationRule(
    value = "self.warmupEpochs <= double(self.epochs)",
    message = "expected at most epochs",
    fieldPath = ".warmupEpochs")
public record FineTuneSettings(
    @JsonPropertyDescription(
            "epochs is how often the training data is passed over. 1 to 1000; defaults to 3.")
        @Default("3")
        @Min(1)
        @Max(1000)
        Integer epochs,
    @JsonPropertyDescription(
            "batchSize is the number of samples in one training step. 1 to 65536; defaults to 128.")
        @Default("128")
        @Min(1)
        @Max(65_536)
        Integer batchSize,
    @JsonPropertyDescription(
            "learningRate is the step size at the peak of the schedule. Above 0, at most 10;"
                + " defaults to 0.01.")
        @Default("0.01")
        @Min(value = 0, inclusive = false)
        @Max(10)
        Double learningRate,
    @JsonPropertyDescription(
            "optimizer is the rule that turns gradients into steps. Defaults to SGD.")
        @Default("SGD")
        Optimizer optimizer,
    @JsonPropertyDescription(
            "momentum is the share of the last step that SGD keeps. 0 to 0.999; defaults to 0.9.")
        @Default("0.9")
        @Min(0)
        @Max(0.999)
        Double momentum,
    @JsonPropertyDescription(
            "weightDecay pulls weights towards zero: added to the gradient by SGD and Adam, taken"
                + " from the weights by AdamW. 0 to 1; defaults to 0.0005.")
        @Default("0.0005")
        @Min(0)
        @Max(1)
        Double weightDecay,
    @JsonPropertyDescription(
            "schedule is how the learning rate falls after the warm-up. Cosine goes to 0 along half a"
                + " cosine, Step divides by 10 after one third and two thirds, Constant stays."
                + " Defaults to Cosine.")
        @Default("Cosine")
        Schedule schedule,
    @JsonPropertyDescription(
            "warmupEpochs is the number of epochs over which the learning rate first rises from 0;"
                + " fractions are fine. 0 to 1000; defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(1000)
        Double warmupEpochs,
    @JsonPropertyDescription(
            "labelSmoothing is the share of the target that is spread over all classes. 0 to 0.9;"
                + " defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(0.9)
        Double labelSmoothing,
    @JsonPropertyDescription(
            "validationSplit is the share of the training data that is held back to watch progress;"
                + " the best epoch by it is kept. 0 trains on everything and keeps the last epoch. 0"
                + " to 0.5; defaults to 0.1.")
        @Default("0.1")
        @Min(0)
        @Max(0.5)
        Double validationSplit,
    @JsonPropertyDescription(
            "earlyStoppingPatience is the number of epochs without a better validation accuracy"
                + " after which training ends. 0 never ends early. 0 to 1000; defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(1000)
        Integer earlyStoppingPatience,
    @JsonPropertyDescription(
            "augmentation lists random changes to images while training: HorizontalFlip mirrors,"
                + " RandomCrop moves by up to an eighth of the side and repeats the border. None by"
                + " default.")
        @Size(max = 8)
        List<Augmentation> augmentation,
    @JsonPropertyDescription(
            "distillation lets the original model teach. Left out: only labels teach.")
        @Nullable Distillation distillation)
    implements StepSettings {

  /** The rule that turns gradients into steps. */
  public enum Optimizer {
    /** Stochastic gradient descent with momentum. */
    @JsonProperty("SGD")
    SGD,
    /** Adam with L2 regularization. */
    @JsonProperty("Adam")
    ADAM,
    /** Adam with decoupled weight decay. */
    @JsonProperty("AdamW")
    ADAM_W
  }

  /** How the learning rate falls. */
  public enum Schedule {
    /** Half a cosine down to 0. */
    @JsonProperty("Cosine")
    COSINE,
    /** No change. */
    @JsonProperty("Constant")
    CONSTANT,
    /** Divided by 10 after one third and again after two thirds. */
    @JsonProperty("Step")
    STEP
  }

  /** A random change to images. */
  public enum Augmentation {
    /** Mirrors left and right, half of the time. */
    @JsonProperty("HorizontalFlip")
    HORIZONTAL_FLIP,
    /** Moves by up to an eighth of the side, repeating the border. */
    @JsonProperty("RandomCrop")
    RANDOM_CROP
  }

  /** How the original model teaches. */
  public record Distillation(
      @JsonPropertyDescription(
              "temperature divides the logits of teacher and student, so that small probabilities"
                  + " are heard too. 0.1 to 100; defaults to 4.")
          @Default("4")
          @Min(0.1)
          @Max(100)
          Double temperature,
      @JsonPropertyDescription(
              "alpha is the weight of the teacher in the loss; labels have the rest. 0 to 1; defaults"
                  + " to 0.5.")
          @Default("0.5")
          @Min(0)
          @Max(1)
          Double alpha) {
    public Distillation {
      temperature = temperature == null ? 4 : temperature;
      alpha = alpha == null ? 0.5 : alpha;
    }
  }

  public FineTuneSettings {
    epochs = epochs == null ? 3 : epochs;
    batchSize = batchSize == null ? 128 : batchSize;
    learningRate = learningRate == null ? 0.01 : learningRate;
    optimizer = optimizer == null ? Optimizer.SGD : optimizer;
    momentum = momentum == null ? 0.9 : momentum;
    weightDecay = weightDecay == null ? 0.0005 : weightDecay;
    schedule = schedule == null ? Schedule.COSINE : schedule;
    warmupEpochs = warmupEpochs == null ? 0 : warmupEpochs;
    labelSmoothing = labelSmoothing == null ? 0 : labelSmoothing;
    validationSplit = validationSplit == null ? 0.1 : validationSplit;
    earlyStoppingPatience = earlyStoppingPatience == null ? 0 : earlyStoppingPatience;
    augmentation = augmentation == null ? List.of() : List.copyOf(augmentation);
  }
}
