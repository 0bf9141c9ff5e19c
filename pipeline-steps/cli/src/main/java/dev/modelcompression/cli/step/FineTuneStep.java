package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.cli.report.Details.TrainingEpoch;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.FiniteWeights;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.rewrite.FixDefaults;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.training.Checkpointing;
import dev.modelcompression.training.Trainer;
import dev.modelcompression.training.TrainingData;
import dev.modelcompression.training.TrainingResult;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trains the model further, taught by labels and, with distillation, by the original model. */
final class FineTuneStep implements StepAction {
  private static final int TEACHER_BATCH = 128;

  private final FineTuneSettings settings;

  FineTuneStep(FineTuneSettings settings) {
    this.settings = settings;
  }

  /** What training did. */
  record Details(
      List<String> notes, List<TrainingEpoch> training, int bestEpoch, boolean stoppedEarly) {}

  @Override
  public StepResult run(StepJob job) {
    var model = job.finiteModel();
    var fixed = PassRunner.run(model, new FixDefaults()).notes();
    var rows = job.dataset(Datasets.TRAINING, "training");
    var data = TrainingData.of(rows);
    if (settings.distillation() != null) {
      data = data.withTeacher(teacherLogits(job, rows));
    }
    var checkpoint = Checkpointing.to(job.scratch().resolve(StepJob.CHECKPOINT));
    var result =
        Trainer.libtorch()
            .fineTune(
                model,
                data,
                TrainingSettings.of(settings, rows, job.seed(), job.threads()),
                checkpoint,
                job.progress());
    return StepResult.of(
        result.model(),
        Map.of(),
        details(job.request().step().name(), result, fixed),
        message(result));
  }

  /**
   * What the original model says about every training row: {@code [rows, classes]}, computed once.
   */
  private static FloatBuffer teacherLogits(StepJob job, Dataset rows) {
    Model teacher = job.original();
    FiniteWeights.require(teacher);
    try (var ort = OrtModels.open(teacher, SessionSettings.threads(job.threads()));
        var runner = ort.runner(rows, TEACHER_BATCH, List.of(ort.outputs().get(0)))) {
      String output = ort.outputs().get(0);
      FloatBuffer logits = null;
      for (int from = 0; from < rows.size(); from += runner.batch()) {
        int to = Math.min(from + runner.batch(), rows.size());
        runner.run(IntStream.range(from, to).toArray());
        int perRow = runner.rowSize(output);
        logits =
            logits == null ? FloatBuffer.allocate(Math.multiplyExact(rows.size(), perRow)) : logits;
        logits.put(runner.values(output).limit((to - from) * perRow));
        job.progress().update(0, 1, "teacher " + to + "/" + rows.size());
      }
      return logits == null ? FloatBuffer.allocate(0) : logits.flip();
    }
  }

  private static Details details(String step, TrainingResult result, List<String> fixed) {
    var notes = new ArrayList<>(fixed);
    notes.addAll(result.notes());
    if (result.resumedFrom() > 0) {
      notes.add("resumed from a checkpoint at step " + result.resumedFrom());
    }
    if (result.stoppedEarly()) {
      notes.add("stopped early: no better validation accuracy");
    }
    var epochs =
        result.history().stream()
            .filter(epoch -> epoch.number() > 0)
            .map(
                epoch ->
                    new TrainingEpoch(
                        step,
                        epoch.number(),
                        epoch.loss(),
                        finite(epoch.validationAccuracy()),
                        epoch.learningRate(),
                        epoch.seconds()))
            .toList();
    return new Details(notes, epochs, result.bestEpoch(), result.stoppedEarly());
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String message(TrainingResult result) {
    var first = result.history().get(0).validationAccuracy();
    var best =
        result.history().stream()
            .filter(epoch -> epoch.number() == result.bestEpoch())
            .findFirst()
            .orElseThrow()
            .validationAccuracy();
    int trained = result.history().size() - 1;
    if (result.bestEpoch() == 0) {
      return String.format(
          Locale.ROOT,
          "none of %d epochs was better than the validation accuracy of %.2f %% before: the model is"
              + " unchanged",
          trained,
          100 * first);
    }
    String epochs = "best of " + trained + " epochs: " + result.bestEpoch();
    return Double.isFinite(best)
        ? String.format(
            Locale.ROOT,
            "validation accuracy %.2f %% → %.2f %%, %s",
            100 * first,
            100 * best,
            epochs)
        : epochs;
  }
}
