package dev.modelcompression.runtime.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.ArrayDataset;
import dev.modelcompression.runtime.Models;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static final EvaluationSettings QUICK =
      new EvaluationSettings(16, 20, 2, 1, 1, 500, 0.95, 7);

  @Test
  void accuracyAgreementAndCosineOfTwoClassifiers() {
    // The original gives its input; the result swaps the scores of classes 1 and 2.
    var data =
        new ArrayDataset(4)
            .with("input", new float[] {3, 0, 0, 0, 3, 0, 0, 0, 3, 3, 1, 0}, 3)
            .withLabels(0, 1, 2, 1);
    var found =
        new Evaluation(QUICK)
            .run(subject(linear(0, 1, 2)), subject(linear(0, 2, 1)), data, Progress.NONE);
    assertThat(found.original().top1()).isEqualTo(0.75);
    assertThat(found.result().top1()).isEqualTo(0.25);
    assertThat(found.comparison().top1Drop()).isNotNull();
    assertThat(estimate(found.comparison().top1Drop()).value()).isEqualTo(0.5);
    assertThat(estimate(found.comparison().agreement()).value()).isEqualTo(0.5);
    assertThat(found.comparison().cosine()).isCloseTo((1 + 0 + 0 + 0.9) / 4, within(1e-6));
    // Signal 9 + 9 + 9 + 10, noise 0 + 18 + 18 + 2.
    assertThat(found.comparison().sqnrDb()).isCloseTo(10 * Math.log10(37 / 38.0), within(1e-6));
    assertThat(found.classes())
        .containsExactly(
            new ClassAccuracy(0, 1, 1, 1),
            new ClassAccuracy(1, 2, 0.5, 0),
            new ClassAccuracy(2, 1, 1, 0));
    assertThat(found.original().top5()).as("three classes have no top-5").isNull();
  }

  @Test
  void theRealModelComparedWithItself() {
    var subject =
        new Subject(
            "resnet8",
            Models.resnet8(),
            1_240_000,
            OptionalLong.of(308_074),
            OptionalLong.of(37_500_000));
    var found = new Evaluation(QUICK).run(subject, subject, Models.images(300), Progress.NONE);
    // 93.21 % on all 10,000 images; 300 of them have a standard error of 1.5 points.
    assertThat(found.original().top1()).isBetween(0.87, 0.99);
    assertThat(found.result().top1()).isEqualTo(found.original().top1());
    assertThat(found.original().top5()).isGreaterThan(0.98);
    assertThat(estimate(found.comparison().agreement())).isEqualTo(new Estimate(1, 1, 1));
    assertThat(estimate(found.comparison().top1Drop())).isEqualTo(new Estimate(0, 0, 0));
    assertThat(found.comparison().cosine()).isCloseTo(1, within(1e-6));
    assertThat(found.comparison().sqnrDb()).as("no difference, no ratio").isNull();
    assertThat(estimate(found.original().top1Interval()).low()).isLessThan(found.original().top1());
    var metrics = found.original();
    assertThat(metrics.latencyP50Ms()).isPositive().isLessThanOrEqualTo(metrics.latencyP95Ms());
    assertThat(metrics.latencyP95Ms()).isLessThanOrEqualTo(metrics.latencyP99Ms());
    assertThat(metrics.throughput()).isPositive();
    var latency = found.comparison().latencyRatio();
    // The metrics are the same medians in other units: rounding of a few ulp.
    assertThat(latency.value())
        .isCloseTo(found.result().latencyP50Ms() / metrics.latencyP50Ms(), within(1e-12))
        .isBetween(latency.low(), latency.high());
    assertThat(found.comparison().throughputRatio().value())
        .isCloseTo(found.result().throughput() / metrics.throughput(), within(1e-12));
    // 1.2 MB of weights and at least two activations of [32, 28, 28].
    assertThat(metrics.peakMemoryBytes()).isBetween(1_400_000L, 3_000_000L);
  }

  @Test
  void aStageHasItsAccuracyOfAComparisonAndInfersTheOriginalForTimesOnly() {
    var original = subject(Models.resnet8());
    var stage = subject(linear28());
    var images = Models.images(200);
    var inComparison = new Evaluation(QUICK).run(original, stage, images, Progress.NONE).result();
    var rows = new AtomicInteger();

    var alone = new Evaluation(QUICK).stage(original, stage, counting(images, rows), Progress.NONE);

    assertThat(alone.top1()).isEqualTo(inComparison.top1());
    assertThat(alone.top1Interval()).isEqualTo(inComparison.top1Interval());
    assertThat(alone.top5()).isEqualTo(inComparison.top5());
    assertThat(alone.top5Interval()).isEqualTo(inComparison.top5Interval());
    // All rows once; a batch of each model for throughput, a row of each for latency, one for
    // memory.
    assertThat(rows).hasValue(200 + 2 * 16 + 2 + 1);
  }

  @Test
  void progressDividesTheWorkAndIsWholeAtTheEndOnly() {
    var shares = new TreeMap<String, Double>();
    var all = new ArrayList<Double>();
    var subject = subject(linear(0, 1, 2));

    new Evaluation(QUICK)
        .run(
            subject,
            subject,
            ArrayDataset.gaussian("input", 100, 1, 3),
            (done, total, note) -> {
              shares.put(note, (double) done / total);
              all.add((double) done / total);
            });

    // Samples inferred: 2 · 100 for quality, 2 · (2 + 20) singly, 2 · (2 + 20) batches of 16, 4 for
    // memory.
    double work = 200 + 44 + 704 + 4;
    assertThat(shares.keySet()).containsExactly("latency", "memory", "quality", "throughput");
    assertThat(shares.get("quality")).isCloseTo(200 / work, within(1e-6));
    assertThat(shares.get("latency")).isCloseTo(244 / work, within(1e-6));
    assertThat(shares.get("throughput")).isCloseTo(948 / work, within(1e-6));
    assertThat(all).isSorted().endsWith(1.0);
    assertThat(all.subList(0, all.size() - 1)).doesNotContain(1.0);
  }

  @Test
  void whatCannotBeMeasuredIsAbsent() {
    var data = ArrayDataset.gaussian("input", 20, 1, 3);
    var found =
        new Evaluation(QUICK)
            .run(subject(linear(0, 1, 2)), subject(linear(0, 1, 2)), data, Progress.NONE);
    var json = new ObjectMapper().valueToTree(found);
    assertThat(json.at("/original").has("top1")).isFalse();
    assertThat(json.at("/original").has("macs")).isFalse();
    assertThat(json.at("/comparison").has("top1Drop")).isFalse();
    assertThat(json.at("/comparison/agreement/value").asDouble()).isEqualTo(1);
    assertThat(json.at("/classes")).isEmpty();
    assertThat(json.toString()).doesNotContain("NaN", "null");
  }

  @Test
  void aLabelBeyondTheClassesIsRefused() {
    var data =
        new ArrayDataset(2).with("input", new float[] {1, 2, 3, 4, 5, 6}, 3).withLabels(0, 3);
    var subject = subject(linear(0, 1, 2));
    assertThatThrownBy(() -> new Evaluation(QUICK).run(subject, subject, data, Progress.NONE))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "array 'labels': row 1 has label 3, but the model tells 3 classes apart; expected 0 to"
                + " 2");
  }

  @Test
  void nanAmongTheOutputsOfEitherModelIsRefusedInsteadOfCountingAsClassZero() {
    var data =
        new ArrayDataset(2).with("input", new float[] {1, 0, 0, 1, 0, 0}, 3).withLabels(0, 0);
    var sound = subject(linear(0, 1, 2));
    var broken = linear(0, 1, 2);
    broken
        .graph()
        .setInitializer("w", Tensor.floats(new long[] {3, 3}, 1, 0, 0, 0, 1, Float.NaN, 0, 0, 1));
    var evaluation = new Evaluation(QUICK);
    var bad = new Subject("the bad one", broken, 1, OptionalLong.empty(), OptionalLong.empty());
    String message =
        ": output 'scores' holds NaN for row 0 of the data (element 2), expected finite"
            + " numbers";

    assertThatThrownBy(() -> evaluation.run(sound, bad, data, Progress.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("the bad one" + message);
    assertThatThrownBy(() -> evaluation.run(bad, sound, data, Progress.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("the bad one" + message);
    assertThatThrownBy(() -> evaluation.stage(sound, bad, data, Progress.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("the bad one" + message);
    assertThatThrownBy(() -> Accuracy.top1(broken, data, 2, 1))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("model linear" + message);
  }

  @Test
  void latencyIsOfAsManySamplesForBothModelsWhenOneFixesItsBatch() {
    var rows = new AtomicInteger();
    var data = counting(ArrayDataset.gaussian("input", 16, 1, 2), rows);

    var found =
        new Evaluation(QUICK)
            .run(
                subject(Models.reluPlusOne(-1)),
                subject(Models.reluPlusOne(4)),
                data,
                Progress.NONE);

    assertThat(found.settings().latencyBatch()).isEqualTo(4);
    // Quality, latency, throughput and memory, of each model.
    assertThat(rows).hasValue(2 * 16 + 2 * 4 + (16 + 4) + 2 * 4);
  }

  @Test
  void latenciesThatCannotBeOfTheSameNumberOfSamplesAreNotCompared() {
    var four = subject(Models.reluPlusOne(4));
    var eight =
        new Subject("eight", Models.reluPlusOne(8), 1, OptionalLong.empty(), OptionalLong.empty());
    var free = subject(Models.reluPlusOne(-1));
    var data = ArrayDataset.gaussian("input", 3, 1, 2);
    var evaluation = new Evaluation(QUICK);

    assertThatThrownBy(() -> evaluation.run(four, eight, data, Progress.NONE))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith(
            "latencies cannot be compared: relu-plus-one has a fixed batch of 4, eight one of 8");
    assertThatThrownBy(() -> evaluation.stage(free, four, data, Progress.NONE))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageEndingWith("but the data has 3 rows; give at least 4");
    assertThat(evaluation.run(four, four, data, Progress.NONE).settings().latencyBatch())
        .isEqualTo(4);
  }

  @Test
  void outputsThatAreNoScoresOfClassesHaveNoAccuracyAndNoAnswers() {
    var maps = subject(featureMaps());
    var labelled = new ArrayDataset(3).with("input", new float[12], 2, 2).withLabels(0, 1, 2);
    var evaluation = new Evaluation(QUICK);

    for (var refused :
        List.<ThrowingCallable>of(
            () -> evaluation.run(maps, maps, labelled, Progress.NONE),
            () -> evaluation.stage(maps, maps, labelled, Progress.NONE))) {
      assertThatThrownBy(refused)
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageStartingWith("maps: output 'maps' has shape [3, 2, 2], expected [N, classes]");
    }
    var unlabelled = ArrayDataset.gaussian("input", 3, 1, 2, 2);
    var compared = evaluation.run(maps, maps, unlabelled, Progress.NONE).comparison();
    assertThat(compared.agreement()).isNull();
    assertThat(compared.cosine()).isCloseTo(1, within(1e-6));
  }

  @Test
  void outputsOfDifferentSizeCannotBeCompared() {
    var data = ArrayDataset.gaussian("input", 2, 1, 3);
    assertThatThrownBy(
            () ->
                new Evaluation(QUICK)
                    .run(subject(linear(0, 1, 2)), subject(linear(0, 1)), data, Progress.NONE))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("3 elements per sample, the result's 2");
  }

  private static Estimate estimate(@org.jspecify.annotations.Nullable Estimate estimate) {
    assertThat(estimate).isNotNull();
    return java.util.Objects.requireNonNull(estimate);
  }

  /** The same data, which counts the rows that are read. */
  private static Dataset counting(Dataset data, AtomicInteger rows) {
    return new Dataset() {
      @Override
      public int size() {
        return data.size();
      }

      @Override
      public Map<String, Feature> features() {
        return data.features();
      }

      @Override
      public boolean hasLabels() {
        return data.hasLabels();
      }

      @Override
      public int label(int row) {
        return data.label(row);
      }

      @Override
      public void read(String feature, int[] selected, FloatBuffer into) {
        rows.addAndGet(selected.length);
        data.read(feature, selected, into);
      }

      @Override
      public void read(String feature, int[] selected, LongBuffer into) {
        throw new AssertionError("images are no integers");
      }
    };
  }

  /** Ten scores of an image {@code [N, 1, 28, 28]}: ten of its pixels. */
  private static Model linear28() {
    var weight = new float[784 * 10];
    for (int i = 0; i < 10; i++) {
      weight[(300 + 2 * i) * 10 + i] = 1;
    }
    var graph = new Graph("linear28");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 1, 28, 28));
    graph.setInitializer("w", Tensor.floats(new long[] {784, 10}, weight));
    graph.add(Node.of("Flatten", "f", List.of("input"), List.of("flat")));
    graph.add(Node.of("MatMul", "m", List.of("flat", "w"), List.of("scores")));
    graph.addOutput(ValueInfo.tensor("scores", DataType.FLOAT, -1, 10));
    return new Model(graph, 8, 17);
  }

  /** {@code input [N, 2, 2]} → as many elements in the same shape. */
  private static Model featureMaps() {
    var graph = new Graph("maps");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 2, 2));
    graph.add(Node.of("Relu", "relu", List.of("input"), List.of("maps")));
    graph.addOutput(ValueInfo.tensor("maps", DataType.FLOAT, -1, 2, 2));
    return new Model(graph, 8, 17);
  }

  private static Subject subject(Model model) {
    return new Subject(
        model.graph().name(), model, 100, OptionalLong.empty(), OptionalLong.empty());
  }

  /** {@code input [N, 3]} → the given columns of it. */
  private static Model linear(int... columns) {
    var weight = new float[3 * columns.length];
    for (int i = 0; i < columns.length; i++) {
      weight[columns[i] * columns.length + i] = 1;
    }
    var graph = new Graph("linear");
    graph.addInput(ValueInfo.tensor("input", DataType.FLOAT, -1, 3));
    graph.setInitializer("w", Tensor.floats(new long[] {3, columns.length}, weight));
    graph.add(Node.of("MatMul", "m", List.of("input", "w"), List.of("scores")));
    graph.addOutput(ValueInfo.tensor("scores", DataType.FLOAT, -1, columns.length));
    return new Model(graph, 8, 17);
  }
}
