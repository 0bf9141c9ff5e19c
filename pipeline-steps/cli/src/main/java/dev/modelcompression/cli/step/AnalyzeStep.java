package dev.modelcompression.cli.step;

import dev.modelcompression.api.AnalyzeSettings;
import dev.modelcompression.api.Datasets;
import dev.modelcompression.cli.report.Advice;
import dev.modelcompression.cli.report.Details.Bottleneck;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.FiniteWeights;
import dev.modelcompression.runtime.profile.Advisor;
import dev.modelcompression.runtime.profile.Analysis;
import dev.modelcompression.runtime.profile.Cpu;
import dev.modelcompression.runtime.profile.ModelFacts;
import dev.modelcompression.runtime.profile.ModelFacts.NodeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** Finds facts about a model and gives advice; makes no model. */
final class AnalyzeStep implements StepAction {
  /** Nodes in the table of what costs most; the facts hold all of them. */
  private static final int BOTTLENECKS = 20;

  private final AnalyzeSettings settings;

  AnalyzeStep(AnalyzeSettings settings) {
    this.settings = settings;
  }

  /** What was found. */
  record Details(
      List<String> notes, ModelFacts facts, List<Bottleneck> bottlenecks, List<Advice> advice) {}

  @Override
  public StepResult run(StepJob job) {
    Optional<Dataset> data =
        job.hasDataset(Datasets.CALIBRATION)
            ? Optional.of(job.dataset(Datasets.CALIBRATION, "analyze"))
            : Optional.empty();
    var model = job.model();
    var faults = FiniteWeights.faults(model);
    // What is computed from NaN has no range.
    int samples = faults.isEmpty() ? settings.samples() : 0;
    var measure =
        new Analysis.Settings(settings.profileRuns(), samples, settings.batchSize(), job.threads());
    var facts =
        Analysis.of(
            model, job.request().input(Artifact.MODEL).bytes(), data, measure, job.progress());
    var advice =
        Advisor.advise(facts, Cpu.detect()).stream()
            .map(a -> new Advice(a.step(), a.reason() + ": " + a.expected()))
            .toList();
    var notes = new ArrayList<String>();
    faults.forEach(fault -> notes.add(fault + ": train or export the model again"));
    if (data.isEmpty()) {
      notes.add("no data was given, so nothing was timed");
    }
    var details = new Details(notes, facts, bottlenecks(facts), advice);
    var metrics = new TreeMap<String, Double>();
    metrics.put("parameters", (double) facts.parameters());
    metrics.put("macs", (double) facts.macs());
    metrics.put("sizeBytes", (double) facts.sizeBytes());
    metrics.put("sparsity", facts.sparsity());
    return new StepResult(Optional.empty(), metrics, details, message(facts));
  }

  private static List<Bottleneck> bottlenecks(ModelFacts facts) {
    return facts.nodes().stream().limit(BOTTLENECKS).map(AnalyzeStep::bottleneck).toList();
  }

  private static Bottleneck bottleneck(NodeFacts node) {
    Long macs = node.macs();
    return new Bottleneck(
        node.name(),
        node.opType(),
        macs == null ? null : macs.doubleValue(),
        node.parameters(),
        node.micros(),
        node.timeShare());
  }

  private static String message(ModelFacts facts) {
    return String.format(
        Locale.ROOT,
        "%d nodes, %,d parameters, %.1f M MACs, opset %d",
        facts.nodes().size(),
        facts.parameters(),
        facts.macs() / 1e6,
        facts.opset());
  }
}
