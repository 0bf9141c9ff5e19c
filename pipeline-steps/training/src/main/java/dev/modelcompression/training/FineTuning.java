package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.training.TrainingResult.Epoch;
import dev.modelcompression.training.Validation.Score;
import dev.modelcompression.training.autograd.LogitsValue;
import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.batch.Batches;
import dev.modelcompression.training.batch.RowOrder;
import dev.modelcompression.training.batch.Teacher;
import dev.modelcompression.training.checkpoint.Checkpoint;
import dev.modelcompression.training.checkpoint.CheckpointFile;
import dev.modelcompression.training.optimizer.LearningRate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** One fine-tuning, from the first step (or the last checkpoint) to the result. */
final class FineTuning {
  private final FineTuneSettings settings;
  private final Checkpointing checkpointing;
  private final Progress progress;
  private final Optional<CheckpointFile> file;
  private final List<String> notes = new ArrayList<>();

  private final TorchGraph graph;
  private final Batches batches;
  private final int[] rows;
  private final Optional<Teacher> teacher;
  private final Validation validation;
  private final Objective objective;
  private final Learner learner;
  private final LearningRate rates;
  private final int batchSize;
  private final int stepsPerEpoch;

  private final List<Epoch> history = new ArrayList<>();
  private Checkpoint.Weights best;
  private int bestEpoch;
  private long steps;
  private double lossSum;
  private double secondsBefore;

  FineTuning(
      Model model,
      TrainingData data,
      FineTuneSettings settings,
      Checkpointing checkpointing,
      Progress progress) {
    this.settings = settings;
    this.checkpointing = checkpointing;
    this.progress = progress;
    file =
        checkpointing
            .file()
            .map(path -> new CheckpointFile(path, Identity.of(model, data, settings)));
    var logits = LogitsValue.of(model.graph());
    graph = new TorchGraph(model, logits.name());
    if (graph.parameters().length() == 0) {
      throw new IllegalArgumentException("the model has no trainable parameter");
    }
    var dataset = data.training();
    int heldBack = data.validation().isPresent() ? 0 : heldBack(dataset, settings);
    var split = RowOrder.ofSplit(dataset.size(), settings.seed());
    rows = heldBack == 0 ? all(dataset) : Arrays.copyOfRange(split, heldBack, split.length);
    batchSize = Math.min(settings.batchSize(), rows.length);
    if (batchSize == 0) {
      throw new InvalidDataException("the training data has no rows");
    }
    stepsPerEpoch = rows.length / batchSize;
    batches = new Batches(model.graph(), dataset, batchSize, settings.augmentation());
    int classes = Labels.checkedClasses(graph, batches, dataset, rows[0]);
    data.validation().ifPresent(rest -> Labels.check(rest, classes));
    teacher =
        settings
            .distillation()
            .map(
                wanted ->
                    new Teacher(
                        data.teacher().orElseThrow(FineTuning::teacherMissing),
                        dataset.size(),
                        classes,
                        batchSize));
    var measured = data.validation().orElse(dataset);
    validation =
        new Validation(
            new Batches(model.graph(), measured, batchSize, Augmentation.NONE),
            data.validation().isPresent() ? all(measured) : Arrays.copyOf(split, heldBack),
            batchSize);
    objective =
        new Objective(settings.labelSmoothing(), settings.distillation(), logits.beforeSoftmax());
    learner = new Learner(graph, settings);
    rates =
        new LearningRate(
            settings.schedule(),
            settings.learningRate(),
            Math.round(settings.warmupEpochs() * stepsPerEpoch),
            (long) stepsPerEpoch * settings.epochs());
    best = learner.weights();
  }

  private static int[] all(Dataset data) {
    return IntStream.range(0, data.size()).toArray();
  }

  private static int heldBack(Dataset data, FineTuneSettings settings) {
    return Math.min(data.size() - 1, (int) Math.round(settings.validationFraction() * data.size()));
  }

  private static IllegalArgumentException teacherMissing() {
    return new IllegalArgumentException(
        "setting distillation needs the teacher's outputs for the training data");
  }

  TrainingResult run() {
    resume();
    long resumedFrom = steps;
    if (history.isEmpty()) {
      var score = validation.measure(graph);
      history.add(new Epoch(0, Double.NaN, score.accuracy(), score.loss(), 0, 0));
    }
    while (history.size() <= settings.epochs() && !patienceIsOver()) {
      trainEpoch(history.size());
    }
    boolean keepBest = settings.keepBest() && validation.hasRows();
    int result = keepBest ? bestEpoch : history.size() - 1;
    var weights = keepBest ? best : learner.weights();
    return new TrainingResult(
        graph.withValues(weights.parameters(), weights.statistics()),
        List.copyOf(history),
        result,
        history.size() <= settings.epochs(),
        steps,
        resumedFrom,
        graph.parameters().elements(),
        List.copyOf(notes));
  }

  private boolean patienceIsOver() {
    return settings.patience() > 0
        && validation.hasRows()
        && history.size() - 1 - bestEpoch >= settings.patience();
  }

  private void trainEpoch(int epoch) {
    long started = System.nanoTime();
    var order = RowOrder.ofEpoch(rows.length, settings.seed(), epoch);
    int first = (int) (steps - (long) (epoch - 1) * stepsPerEpoch);
    for (int step = first; step < stepsPerEpoch; step++) {
      var selected = new int[batchSize];
      for (int i = 0; i < batchSize; i++) {
        selected[i] = rows[order[step * batchSize + i]];
      }
      double rate = rates.at(steps);
      NativeScope.run(() -> trainStep(selected, epoch, rate));
      report(epoch, step + 1);
      boolean due = checkpointing.everySteps() > 0 && steps % checkpointing.everySteps() == 0;
      if (due && step + 1 < stepsPerEpoch) {
        save(secondsBefore + secondsSince(started));
      }
    }
    var score = validation.measure(graph);
    history.add(
        new Epoch(
            epoch,
            lossSum / stepsPerEpoch,
            score.accuracy(),
            score.loss(),
            rates.at(steps - 1),
            secondsBefore + secondsSince(started)));
    lossSum = 0;
    secondsBefore = 0;
    if (validation.hasRows() && score.beats(scoreOf(bestEpoch))) {
      bestEpoch = epoch;
      best = learner.weights();
    }
    save(0);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private Score scoreOf(int epoch) {
    var past = history.get(epoch);
    return new Score(past.validationAccuracy(), past.validationLoss());
  }

  private void trainStep(int[] selected, int epoch, double rate) {
    var batch = batches.load(selected, teacher, settings.seed(), epoch);
    var loss = objective.of(graph.forward(batch.inputs(), true), batch);
    double value = loss.item_double();
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "training diverged in epoch "
              + epoch
              + ": the loss is "
              + value
              + "; setting learningRate: found "
              + settings.learningRate()
              + ", use a smaller one");
    }
    learner.learn(loss, rate, steps + 1);
    lossSum += value;
    steps++;
  }

  private void report(int epoch, int stepsInEpoch) {
    progress.update(
        steps,
        (long) stepsPerEpoch * settings.epochs(),
        String.format(
            Locale.ROOT,
            "epoch %d/%d, loss %.3f",
            epoch,
            settings.epochs(),
            lossSum / stepsInEpoch));
  }

  private void save(double seconds) {
    file.ifPresent(
        target ->
            target.write(
                new Checkpoint(
                    steps,
                    lossSum,
                    seconds,
                    learner.weights(),
                    learner.optimizerState(),
                    best,
                    bestEpoch,
                    history)));
  }

  private void resume() {
    var found = file.map(CheckpointFile::read);
    found.flatMap(CheckpointFile.Found::note).ifPresent(notes::add);
    found.flatMap(CheckpointFile.Found::checkpoint).ifPresent(this::restore);
  }

  private void restore(Checkpoint checkpoint) {
    learner.restore(checkpoint.weights(), checkpoint.optimizer());
    steps = checkpoint.steps();
    lossSum = checkpoint.lossSum();
    secondsBefore = checkpoint.seconds();
    best = checkpoint.best();
    bestEpoch = checkpoint.bestEpoch();
    history.addAll(checkpoint.history());
    notes.add("training went on from a checkpoint at step " + steps);
  }
}
