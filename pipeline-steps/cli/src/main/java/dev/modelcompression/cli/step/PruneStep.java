package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.PruneSettings.Structure;
import dev.modelcompression.cli.report.Details.PrunedLayer;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.prune.ChannelGroups;
import dev.modelcompression.passes.prune.ChannelImportance;
import dev.modelcompression.passes.prune.ChannelPrunePass;
import dev.modelcompression.passes.prune.ChannelPruneSettings;
import dev.modelcompression.passes.prune.Importance;
import dev.modelcompression.passes.prune.PrunePlanner;
import dev.modelcompression.passes.prune.PruneResult;
import dev.modelcompression.passes.prune.TaylorImportance;
import dev.modelcompression.passes.rewrite.FixDefaults;
import dev.modelcompression.training.Saliency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Removes the channels or weights that matter least. */
final class PruneStep implements StepAction {
  private static final int SALIENCY_BATCH = 64;

  private final PruneSettings settings;

  PruneStep(PruneSettings settings) {
    this.settings = settings;
  }

  /** What pruning did. */
  record Details(List<String> notes, List<PrunedLayer> prunedLayers) {}

  @Override
  public StepResult run(StepJob job) {
    var model = job.finiteModel();
    var fixed = PassRunner.run(model, new FixDefaults()).notes();
    return settings.structure() == Structure.CHANNEL
        ? channels(job, model, fixed)
        : new WeightPruning(settings).run(job, model, fixed);
  }

  private StepResult channels(StepJob job, Model model, List<String> notes) {
    var groups = ChannelGroups.of(model, ShapeInference.ofOneSample(model));
    var scores =
        settings.importance() == PruneSettings.Importance.TAYLOR
            ? taylor(job, model, groups)
            : ChannelImportance.scores(
                model, groups, Importance.valueOf(settings.importance().name()));
    job.progress().update(1, 2, "plan");
    var plan = PrunePlanner.plan(model, groups, scores, planSettings());
    var result = new ChannelPrunePass(plan, ShapeInference.oneSample(model)).prune(model);
    String message =
        share("MACs", result.macsBefore(), result.macsAfter())
            + ", "
            + share("parameters", result.parametersBefore(), result.parametersAfter());
    return StepResult.of(
        model, ModelNumbers.metrics(model), new Details(notes, layers(result)), message);
  }

  private Map<String, double[]> taylor(StepJob job, Model model, ChannelGroups groups) {
    var data = trainingData(job);
    var importance = new TaylorImportance(model, groups);
    Saliency.taylorPerBatch(
        model, data, batches(settings), job.seed(), job.threads(), importance::add);
    return importance.scores();
  }

  static Dataset trainingData(StepJob job) {
    return job.dataset(Datasets.TRAINING, "Taylor importance");
  }

  static int batches(PruneSettings settings) {
    return Math.max(1, settings.samples() / SALIENCY_BATCH);
  }

  private ChannelPruneSettings planSettings() {
    return new ChannelPruneSettings(
        settings.ratio(),
        ChannelPruneSettings.RatioOf.valueOf(settings.ratioOf().name()),
        ChannelPruneSettings.Scope.valueOf(settings.scope().name()),
        settings.roundTo(),
        ChannelPruneSettings.DEFAULT_MAX_RATIO_PER_GROUP,
        1,
        Set.copyOf(settings.exclude()));
  }

  private static String share(String what, double before, double after) {
    return String.format(Locale.ROOT, "%s −%.1f %%", what, 100 * (1 - after / before));
  }

  private static List<PrunedLayer> layers(PruneResult result) {
    return result.layers().stream()
        .map(
            layer ->
                new PrunedLayer(
                    layer.node(), layer.channelsBefore(), layer.channelsAfter(), layer.reason()))
        .toList();
  }
}
