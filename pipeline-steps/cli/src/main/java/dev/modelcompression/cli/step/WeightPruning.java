package dev.modelcompression.cli.step;

import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.passes.prune.ChannelPruneSettings;
import dev.modelcompression.passes.prune.MagnitudePrunePass;
import dev.modelcompression.passes.prune.MagnitudePruneSettings;
import dev.modelcompression.training.Saliency;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The prune step with {@code structure: Unstructured}: sets single weights to zero. */
final class WeightPruning {
  private final PruneSettings settings;

  WeightPruning(PruneSettings settings) {
    this.settings = settings;
  }

  StepResult run(StepJob job, Model model, List<String> fixed) {
    var gradients =
        settings.importance() == PruneSettings.Importance.TAYLOR
            ? Saliency.taylor(
                model,
                PruneStep.trainingData(job),
                PruneStep.batches(settings),
                job.seed(),
                job.threads())
            : Map.<String, float[]>of();
    var pass = new MagnitudePrunePass(passSettings(), gradients);
    var notes = new ArrayList<>(fixed);
    notes.addAll(pass.apply(model).notes());
    return StepResult.of(
        model,
        ModelNumbers.metrics(model),
        new PruneStep.Details(notes, List.of()),
        sparsity(model));
  }

  private MagnitudePruneSettings passSettings() {
    return new MagnitudePruneSettings(
        settings.ratio(),
        ChannelPruneSettings.Scope.valueOf(settings.scope().name()),
        Optional.ofNullable(settings.pattern()).map(MagnitudePruneSettings.Pattern::parse),
        Set.copyOf(settings.exclude()));
  }

  private static String sparsity(Model model) {
    long zeros = 0;
    long all = 0;
    for (var tensor : model.graph().initializers().values()) {
      if (tensor.type().isFloatingPoint() && tensor.rank() > 1) {
        for (float value : tensor.floats()) {
          zeros += value == 0 ? 1 : 0;
        }
        all += tensor.elementCount();
      }
    }
    return String.format(
        Locale.ROOT, "%.1f %% of the weights are zero", 100.0 * zeros / Math.max(1, all));
  }
}
