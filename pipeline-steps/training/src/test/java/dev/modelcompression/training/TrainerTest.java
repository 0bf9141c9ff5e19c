package dev.modelcompression.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.training.FineTuneSettings.Optimizer;
import dev.modelcompression.training.FineTuneSettings.Schedule;
import dev.modelcompression.training.autograd.OnnxRuntime;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  private static FineTuneSettings.Builder settings() {
    return FineTuneSettings.builder().epochs(20).batchSize(20).learningRate(0.1).seed(3);
  }

  private static TrainingResult train(Model model, TrainingData data, FineTuneSettings settings) {
    return Trainer.libtorch().fineTune(model, data, settings, Checkpointing.OFF, Progress.NONE);
  }

  @ParameterizedTest
  @EnumSource(Optimizer.class)
  void everyOptimizerLearns(Optimizer optimizer) {
    double rate = optimizer == Optimizer.SGD ? 0.1 : 0.02;

    var result =
        train(
            Tiny.network(),
            TrainingData.of(Tiny.data(400)),
            settings().optimizer(optimizer).learningRate(rate).build());

    assertThat(result.history().get(0).validationAccuracy()).isLessThan(0.6);
    assertThat(OnnxRuntime.accuracy(result.model(), Tiny.data(400))).isGreaterThan(0.9);
  }

  /** Two full-batch steps against the formulas, computed by hand from ONNX Runtime's gradients. */
  @Test
  void momentumAndWeightDecayFollowTheFormula() {
    var data = Tiny.data(20);
    var settings =
        settings()
            .epochs(2)
            .batchSize(20)
            .validationFraction(0)
            .schedule(Schedule.CONSTANT)
            .weightDecay(0.01)
            .build();
    var start = Tiny.network();
    float w = value(start, "w2", 5);
    float b = value(start, "b2", 1);

    var once = train(start, TrainingData.of(data), withEpochs(settings, 1)).model();
    var twice = train(start, TrainingData.of(data), settings).model();

    double velocityW = (w - value(once, "w2", 5)) / 0.1;
    double velocityB = (b - value(once, "b2", 1)) / 0.1;
    double nextW = 0.9 * velocityW + slope(once, data, "w2", 5) + 0.01 * value(once, "w2", 5);
    double nextB = 0.9 * velocityB + slope(once, data, "b2", 1);
    // Central differences of a float32 loss are good to about 1e-4; steps are 0.1 of that.
    assertThat(velocityW).isCloseTo(slope(start, data, "w2", 5) + 0.01 * w, within(5e-4));
    assertThat(velocityB).isCloseTo(slope(start, data, "b2", 1), within(5e-4));
    assertThat((value(once, "w2", 5) - value(twice, "w2", 5)) / 0.1).isCloseTo(nextW, within(5e-4));
    assertThat((value(once, "b2", 1) - value(twice, "b2", 1)) / 0.1).isCloseTo(nextB, within(5e-4));
  }

  @Test
  void saliencyIsGradientTimesWeight() {
    var data = Tiny.data(64);

    var saliency = Saliency.taylor(Tiny.network(), data, 1, 5, 1);

    assertThat(saliency).containsOnlyKeys("w1", "w2", "b1", "b2");
    for (String name : saliency.keySet()) {
      float[] elements = saliency.getOrDefault(name, new float[0]);
      for (int i = 0; i < elements.length; i++) {
        double expected = value(Tiny.network(), name, i) * slope(Tiny.network(), data, name, i);
        assertThat((double) elements[i]).as("%s[%d]", name, i).isCloseTo(expected, within(5e-4));
      }
    }
  }

  @Test
  void zerosStayExactlyZero() {
    var model = Tiny.network();
    var weights = model.graph().initializer("w1").orElseThrow().floats();
    for (int i = 0; i < weights.length; i += 2) {
      weights[i] = 0;
    }
    model.graph().setInitializer("w1", Tensor.floats(new long[] {4, 8}, weights));

    var kept = train(model, TrainingData.of(Tiny.data(100)), settings().keepZeros(true).build());
    var free = train(model, TrainingData.of(Tiny.data(100)), settings().build());

    for (int i = 0; i < weights.length; i++) {
      assertThat(value(kept.model(), "w1", i) == 0).as("kept %d", i).isEqualTo(i % 2 == 0);
      assertThat(value(free.model(), "w1", i)).as("free %d", i).isNotZero();
    }
  }

  @Test
  void aStudentLearnsItsTeachersOutputsWithoutLabels() {
    var data = Tiny.data(300);
    var teacher = train(Tiny.network(), TrainingData.of(data), settings().build()).model();
    var student = Tiny.network();
    var logits = OnnxRuntime.outputs(teacher, data);

    var result =
        train(
            student,
            TrainingData.of(data).withTeacher(logits),
            settings().distillation(new Distillation(2, 1)).build());

    assertThat(distance(OnnxRuntime.outputs(result.model(), data), logits))
        .isLessThan(0.3 * distance(OnnxRuntime.outputs(student, data), logits));
  }

  @Test
  void trainingStopsWhenPatienceIsOverAndKeepsTheBestEpoch() {
    // The validation labels contradict the training labels, so every epoch makes it worse.
    var data = Tiny.data(100);
    var other = new Contradiction(data);

    var result =
        train(
            train(Tiny.network(), TrainingData.of(other), settings().build()).model(),
            TrainingData.of(data).withValidation(other),
            settings().learningRate(0.5).patience(3).build());

    assertThat(result.stoppedEarly()).isTrue();
    assertThat(result.history()).hasSizeLessThan(10);
    int best = result.bestEpoch();
    assertThat(result.history().size() - 1 - best).isEqualTo(3);
    assertThat(OnnxRuntime.accuracy(result.model(), other))
        .isCloseTo(result.history().get(best).validationAccuracy(), within(1e-9));
  }

  @Test
  void anUnknownOperatorIsNamedBeforeTraining() {
    var model = Tiny.network();
    model.graph().nodes("Gemm").get(1).setInput(0, "odd");
    model
        .graph()
        .insertAfter(
            model.graph().nodes("Tanh").get(0),
            Node.of("com.acme", "Blend", "blend", List.of("t"), List.of("odd")));

    assertThatThrownBy(() -> train(model, TrainingData.of(Tiny.data(40)), settings().build()))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "node 'blend': operator com.acme::Blend cannot be trained; leave the fine-tune step"
                + " out, or replace the operator");
  }

  @Test
  void dataThatDoesNotFitIsExplained() {
    var model = Tiny.network();
    model.graph().setInput(0, ValueInfo.tensor("x", DataType.FLOAT, ValueInfo.UNKNOWN, 5));

    assertThatThrownBy(() -> train(model, TrainingData.of(Tiny.data(40)), settings().build()))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "input 'x' has shape [-1, 5] in the model (-1: any), but the data set's samples are"
                + " [4]");
    assertThatThrownBy(
            () ->
                train(
                    Tiny.network(),
                    TrainingData.of(Tiny.data(40)).withTeacher(FloatBuffer.allocate(80)),
                    settings().distillation(new Distillation(2, 0.5)).build()))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("the teacher must give 40 x 3 outputs")
        .hasMessageContaining("it gave 80");
  }

  @Test
  void aRateTooLargeIsExplained() {
    assertThatThrownBy(
            () ->
                train(
                    Tiny.network(),
                    TrainingData.of(Tiny.data(400)),
                    settings().learningRate(100).weightDecay(1).epochs(200).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setting learningRate: found 100.0, use a smaller one");
    assertThatThrownBy(() -> settings().learningRate(-1).build())
        .hasMessage("setting learningRate: found -1, allowed 1.0E-9 to 100");
  }

  private static FineTuneSettings withEpochs(FineTuneSettings settings, int epochs) {
    return FineTuneSettings.builder()
        .epochs(epochs)
        .batchSize(settings.batchSize())
        .learningRate(settings.learningRate())
        .validationFraction(0)
        .schedule(settings.schedule())
        .weightDecay(settings.weightDecay())
        .seed(settings.seed())
        .build();
  }

  private static float value(Model model, String initializer, int index) {
    return model.graph().initializer(initializer).orElseThrow().floats()[index];
  }

  /** Derivative of the mean cross-entropy by one element, from ONNX Runtime's outputs. */
  private static double slope(Model model, Dataset data, String name, int index) {
    float h = 1e-2f;
    return (loss(nudged(model, name, index, h), data) - loss(nudged(model, name, index, -h), data))
        / (2 * h);
  }

  private static Model nudged(Model model, String name, int index, float by) {
    var copy = model.copy();
    var tensor = copy.graph().initializer(name).orElseThrow();
    var values = tensor.floats();
    values[index] += by;
    copy.graph().setInitializer(name, Tensor.floats(tensor.shape(), values));
    return copy;
  }

  private static double loss(Model model, Dataset data) {
    var logits = OnnxRuntime.outputs(model, data);
    double sum = 0;
    for (int row = 0; row < data.size(); row++) {
      double total = 0;
      for (int c = 0; c < 3; c++) {
        total += Math.exp(logits.get(row * 3 + c));
      }
      sum += Math.log(total) - logits.get(row * 3 + data.label(row));
    }
    return sum / data.size();
  }

  /** Mean distance between probabilities. */
  private static double distance(FloatBuffer a, FloatBuffer b) {
    double sum = 0;
    for (int row = 0; row < a.limit() / 3; row++) {
      for (int c = 0; c < 3; c++) {
        sum += Math.abs(probability(a, row, c) - probability(b, row, c));
      }
    }
    return sum;
  }

  private static double probability(FloatBuffer logits, int row, int wanted) {
    double total = 0;
    for (int c = 0; c < 3; c++) {
      total += Math.exp(logits.get(row * 3 + c));
    }
    return Math.exp(logits.get(row * 3 + wanted)) / total;
  }

  /** The same rows with every label moved on by one class. */
  private record Contradiction(Dataset base) implements Dataset {
    @Override
    public int size() {
      return base.size();
    }

    @Override
    public Map<String, Feature> features() {
      return base.features();
    }

    @Override
    public boolean hasLabels() {
      return true;
    }

    @Override
    public int label(int row) {
      return (base.label(row) + 1) % 3;
    }

    @Override
    public void read(String feature, int[] rows, FloatBuffer into) {
      base.read(feature, rows, into);
    }

    @Override
    public void read(String feature, int[] rows, LongBuffer into) {
      base.read(feature, rows, into);
    }
  }
}
