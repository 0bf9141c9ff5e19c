package dev.modelcompression.cli.step;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.QuantizeSettings.Mode;
import dev.modelcompression.cli.report.Details.QuantizedLayer;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.quantize.DynamicQuantizePass;
import dev.modelcompression.passes.quantize.DynamicSettings;
import dev.modelcompression.passes.quantize.QdqPass;
import dev.modelcompression.passes.quantize.QdqPlan;
import dev.modelcompression.passes.quantize.QdqSettings;
import dev.modelcompression.passes.quantize.Range;
import dev.modelcompression.runtime.accuracy.QuantizationError;
import dev.modelcompression.runtime.accuracy.QuantizationError.NodeError;
import dev.modelcompression.runtime.audit.AuditedNode;
import dev.modelcompression.runtime.audit.FusionAudit;
import dev.modelcompression.runtime.calibrate.Calibration;
import dev.modelcompression.runtime.calibrate.CalibrationSettings;
import dev.modelcompression.runtime.calibrate.Calibrator;
import dev.modelcompression.runtime.profile.Cpu;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns weights and activations into 8-bit integers. */
final class QuantizeStep implements StepAction {
  private static final int CALIBRATION_BATCH = 32;

  private static final String NOTHING = "nothing in the model can be quantized: ";
  private static final int MAX_REASONS = 3;

  /** Rows that the error of each layer is measured on. */
  private static final int ERROR_ROWS = 64;

  private final QuantizeSettings settings;

  QuantizeStep(QuantizeSettings settings) {
    this.settings = settings;
  }

  /** What quantizing did. */
  record Details(List<String> notes, List<QuantizedLayer> quantizedLayers) {}

  @Override
  public StepResult run(StepJob job) {
    return settings.mode() == Mode.STATIC ? runStatic(job) : runDynamic(job);
  }

  /** Unfused batch normalization, or an old operator set, would keep layers in floating point. */
  private static Model prepared(StepJob job, List<String> notes) {
    return OptimizeStep.rewrite(job.finiteModel(), notes).model();
  }

  private StepResult runStatic(StepJob job) {
    var notes = new ArrayList<String>();
    var reading =
        Background.start(
            () -> job.dataset(Datasets.CALIBRATION, "calibration of a static quantization"));
    var model = prepared(job, notes);
    var data = reading.join();
    var plan = QdqPlan.of(model, planSettings(Set.of()));
    var left =
        plan.decisions().stream()
            .filter(decision -> !decision.quantized())
            .map(d -> d.opType() + " '" + d.node() + "' stays float: " + d.reason())
            .toList();
    if (plan.quantizedWeightNodes().isEmpty()) {
      throw new UnsupportedModelException(NOTHING + reasons(left));
    }
    notes.addAll(left);
    var ranges = ranges(job, model, plan.valuesToCalibrate(), data);
    var quantized = quantize(model, Set.of(), ranges);
    if (settings.maxAccuracyDrop() != null) {
      var ranking = errors(job, model, quantized, data).stream().map(NodeError::node).toList();
      quantized =
          new AccuracyLoop(job, settings.maxAccuracyDrop())
              .restore(model, quantized, ranking, floats -> quantize(model, floats, ranges), notes);
    }
    var last = quantized;
    // Neither keeps all cores busy on a small model.
    var audit = Background.start(() -> FusionAudit.of(last));
    var errors = errors(job, model, last, data);
    return result(last, audit.join(), errors, notes);
  }

  private Map<String, Range> ranges(StepJob job, Model model, Set<String> values, Dataset data) {
    var progress = job.progress();
    if (settings.calibrator() == QuantizeSettings.Calibrator.MIN_MAX) {
      return Calibration.minMax(model, values, data, CALIBRATION_BATCH, job.threads(), progress);
    }
    var calibration = new CalibrationSettings(calibrator(), CALIBRATION_BATCH, job.threads());
    return Calibration.run(model, values, data, calibration, progress).ranges();
  }

  private StepResult runDynamic(StepJob job) {
    var notes = new ArrayList<String>();
    var model = prepared(job, notes);
    var defaults = DynamicSettings.defaults();
    var pass =
        new DynamicQuantizePass(
            new DynamicSettings(
                settings.perChannel(),
                reduceRange(),
                defaults.weightClip(),
                defaults.minEmbeddingElements(),
                Set.copyOf(settings.exclude())));
    var quantized = PassRunner.run(model, pass);
    if (quantized.changes() == 0) {
      throw new UnsupportedModelException(NOTHING + reasons(quantized.notes()));
    }
    notes.addAll(quantized.notes());
    return result(model, FusionAudit.of(model), List.of(), notes);
  }

  private static List<NodeError> errors(StepJob job, Model model, Model quantized, Dataset data) {
    int[] rows = IntStream.range(0, Math.min(ERROR_ROWS, data.size())).toArray();
    return QuantizationError.byNode(
        model, quantized, data.select(rows), CALIBRATION_BATCH, job.threads());
  }

  /** The result, with what ONNX Runtime really makes of it. */
  private static StepResult result(
      Model quantized, FusionAudit audit, List<NodeError> errors, List<String> notes) {
    audit
        .notFused()
        .forEach(node -> tell(notes, node.opType() + " '" + node.name() + "' ", node.reason()));
    notes.addAll(audit.outOfReach());
    var errorOf = new HashMap<String, NodeError>();
    errors.forEach(error -> errorOf.put(error.node(), error));
    var layers = new ArrayList<QuantizedLayer>();
    for (AuditedNode node : audit.nodes()) {
      var error = errorOf.get(node.name());
      layers.add(
          new QuantizedLayer(
              node.name(), node.opType(), error == null ? null : error.sqnrDb(), node.integer()));
    }
    long integers = audit.nodes().stream().filter(AuditedNode::integer).count();
    String message = integers + " of " + layers.size() + " layers in integer arithmetic";
    if (audit.integerMacShare().isPresent()) {
      message +=
          String.format(
              Locale.ROOT, ", %.1f %% of the MACs", 100 * audit.integerMacShare().getAsDouble());
    }
    return StepResult.of(
        quantized, ModelNumbers.metrics(quantized), new Details(notes, layers), message);
  }

  /** Adds why a node runs in float, unless it was told already that it stays so. */
  private static void tell(List<String> notes, String node, @Nullable String reason) {
    if (notes.stream().noneMatch(note -> note.startsWith(node + "stays float"))) {
      notes.add(node + "runs in float: " + reason);
    }
  }

  private static String reasons(List<String> left) {
    return left.isEmpty()
        ? "it has no Conv, Gemm or MatMul with constant weights"
        : String.join("; ", left.subList(0, Math.min(MAX_REASONS, left.size())))
            + (left.size() > MAX_REASONS ? "; and " + (left.size() - MAX_REASONS) + " more" : "");
  }

  private Model quantize(Model model, Set<String> alsoExcluded, Map<String, Range> ranges) {
    var quantized = model.copy();
    new QdqPass(QdqPlan.of(quantized, planSettings(alsoExcluded)), ranges).quantize(quantized);
    return quantized;
  }

  private QdqSettings planSettings(Set<String> alsoExcluded) {
    var excluded = new HashSet<>(settings.exclude());
    excluded.addAll(alsoExcluded);
    return QdqSettings.defaults()
        .withActivationType(DataType.valueOf(settings.activationType().name()))
        .withPerChannel(settings.perChannel())
        .withReduceRange(reduceRange())
        .withExcludedNodes(excluded);
  }

  private boolean reduceRange() {
    return switch (settings.reduceRange()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> !Cpu.detect().sumsInt8Exactly();
    };
  }

  private Calibrator calibrator() {
    return switch (settings.calibrator()) {
      case MIN_MAX -> Calibrator.minMax();
      case PERCENTILE -> Calibrator.percentile(settings.percentile());
      case ENTROPY -> Calibrator.entropy();
      case MSE -> Calibrator.mse();
    };
  }
}
