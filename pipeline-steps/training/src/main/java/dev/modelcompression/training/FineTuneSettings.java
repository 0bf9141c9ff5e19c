package dev.modelcompression.training;

import java.util.Optional;

/**
 * How to fine-tune. Equal settings, data, model and machine type give bit-identical weights.
 *
 * @param epochs passes over the training rows
 * @param batchSize rows per step; a last, smaller batch of an epoch is left out
 * @param learningRate the largest learning rate
 * @param momentum of SGD; the others ignore it
 * @param weightDecay on weights, never on biases and normalization parameters
 * @param warmupEpochs epochs, or a fraction of one, in which the rate grows from 0; one-cycle has
 *     its own
 * @param labelSmoothing share of the label's probability that is spread over all classes
 * @param validationFraction share of the rows that is set aside to measure accuracy, when no
 *     validation data is given
 * @param patience epochs without improvement on the validation rows before training stops; 0 never
 *     stops
 * @param keepBest whether the result has the weights of the best epoch instead of the last one's
 * @param keepZeros whether weights that are exactly 0 at the start stay so (unstructured pruning)
 * @param seed of the split, the order of rows and the augmentation
 * @param threads that libtorch computes with; part of what decides the last bits of the result
 */
public record FineTuneSettings(
    int epochs,
    int batchSize,
    double learningRate,
    Optimizer optimizer,
    double momentum,
    double weightDecay,
    Schedule schedule,
    double warmupEpochs,
    double labelSmoothing,
    double validationFraction,
    int patience,
    boolean keepBest,
    boolean keepZeros,
    Augmentation augmentation,
    Optional<Distillation> distillation,
    long seed,
    int threads) {

  /** Rule that updates the weights. */
  public enum Optimizer {
    SGD,
    ADAM,
    ADAMW
  }

  /** Course of the learning rate after warm-up. */
  public enum Schedule {
    CONSTANT,
    /** Falls to 0 along half a cosine. */
    COSINE,
    /** Falls to a tenth after one third, to a hundredth after two thirds. */
    STEP,
    /** Rises for 30 % of all steps, then falls to 0. */
    ONE_CYCLE
  }

  public FineTuneSettings {
    Setting.check("epochs", epochs, 1, 10_000);
    Setting.check("batchSize", batchSize, 1, 65_536);
    Setting.check("learningRate", learningRate, 1e-9, 100);
    Setting.check("momentum", momentum, 0, 0.9999);
    Setting.check("weightDecay", weightDecay, 0, 1);
    Setting.check("warmupEpochs", warmupEpochs, 0, epochs);
    Setting.check("labelSmoothing", labelSmoothing, 0, 0.9);
    Setting.check("validationFraction", validationFraction, 0, 0.9);
    Setting.check("patience", patience, 0, 10_000);
    Setting.check("threads", threads, 1, 1024);
  }

  /** Settings that suit a pruned classifier, to be changed where another value is wanted. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings; each method sets the component of its name. */
  public static final class Builder {
    private int epochs = 4;
    private int batchSize = 128;
    private double learningRate = 0.05;
    private Optimizer optimizer = Optimizer.SGD;
    private double momentum = 0.9;
    private double weightDecay = 5e-4;
    private Schedule schedule = Schedule.COSINE;
    private double warmupEpochs;
    private double labelSmoothing;
    private double validationFraction = 0.1;
    private int patience;
    private boolean keepBest = true;
    private boolean keepZeros;
    private Augmentation augmentation = Augmentation.NONE;
    private Optional<Distillation> distillation = Optional.empty();
    private long seed;
    private int threads = 1;

    private Builder() {}

    public Builder epochs(int value) {
      epochs = value;
      return this;
    }

    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    public Builder momentum(double value) {
      momentum = value;
      return this;
    }

    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    public Builder schedule(Schedule value) {
      schedule = value;
      return this;
    }

    public Builder warmupEpochs(double value) {
      warmupEpochs = value;
      return this;
    }

    public Builder labelSmoothing(double value) {
      labelSmoothing = value;
      return this;
    }

    public Builder validationFraction(double value) {
      validationFraction = value;
      return this;
    }

    public Builder patience(int value) {
      patience = value;
      return this;
    }

    public Builder keepBest(boolean value) {
      keepBest = value;
      return this;
    }

    public Builder keepZeros(boolean value) {
      keepZeros = value;
      return this;
    }

    public Builder augmentation(Augmentation value) {
      augmentation = value;
      return this;
    }

    public Builder distillation(Distillation value) {
      distillation = Optional.of(value);
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** The settings; throws {@link IllegalArgumentException} when one is out of range. */
    public FineTuneSettings build() {
      return new FineTuneSettings(
          epochs,
          batchSize,
          learningRate,
          optimizer,
          momentum,
          weightDecay,
          schedule,
          warmupEpochs,
          labelSmoothing,
          validationFraction,
          patience,
          keepBest,
          keepZeros,
          augmentation,
          distillation,
          seed,
          threads);
    }
  }
}
