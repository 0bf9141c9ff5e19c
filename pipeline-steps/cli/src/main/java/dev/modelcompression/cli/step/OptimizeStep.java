package dev.modelcompression.cli.step;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OpsetConverter;
import dev.modelcompression.passes.PassResult;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.rewrite.EliminateDeadCode;
import dev.modelcompression.passes.rewrite.FixDefaults;
import dev.modelcompression.passes.rewrite.StandardRewrites;
import dev.modelcompression.runtime.session.OrtConstantEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rewrites the graph without changing what it computes. */
final class OptimizeStep implements StepAction {
  /**
   * First operator set with per-channel DequantizeLinear, which everything after this step may
   * need.
   */
  private static final long OPSET = 13;

  /** What optimizing did. */
  record Details(List<String> notes, List<PassResult> passes, int nodesBefore, int nodesAfter) {}

  @Override
  public StepResult run(StepJob job) {
    var model = job.model();
    int before = model.graph().nodes().size();
    var notes = new ArrayList<String>();
    var rewritten = rewrite(model, notes);
    int after = rewritten.model().graph().nodes().size();
    return StepResult.of(
        rewritten.model(),
        Map.of(),
        new Details(notes, rewritten.passes(), before, after),
        before + " → " + after + " nodes");
  }

  /** A rewritten model and what each pass did. */
  record Rewritten(Model model, List<PassResult> passes) {}

  /** Upgrades old operator sets, then folds and cleans up until nothing changes. */
  static Rewritten rewrite(Model model, List<String> notes) {
    var current = model;
    if (model.opset() < OPSET) {
      current = OpsetConverter.upgrade(model, OPSET);
      notes.add("operator set raised from " + model.opset() + " to " + OPSET);
    }
    var passes = PassRunner.toFixpoint(current, StandardRewrites.all(new OrtConstantEvaluator()));
    for (var pass : passes) {
      if (pass.changes() > 0 && !pass.pass().equals(FixDefaults.ID)) {
        notes.add(pass.pass() + ": " + counted(pass));
      }
      notes.addAll(pass.notes());
    }
    return new Rewritten(current, passes);
  }

  /** Dead code is counted in nodes and constants together, which "changes" would not tell. */
  static String counted(PassResult pass) {
    if (pass.pass().equals(EliminateDeadCode.ID)) {
      return pass.changes() + " unread nodes and constants removed";
    }
    return pass.changes() + (pass.changes() == 1 ? " change" : " changes");
  }
}
