package dev.modelcompression.passes;

import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/** Runs passes in order and says what each did. */
public final class PassRunner {
  /** Rounds after which {@link #toFixpoint} stops even if passes still find something. */
  static final int MAX_ROUNDS = 16;

  private PassRunner() {}

  /**
   * Runs one pass.
   *
   * @throws PassFailedException the pass failed for another reason than the model
   */
  public static PassResult run(Model model, GraphPass pass) {
    try {
      return pass.apply(model);
    } catch (InvalidModelException | UnsupportedModelException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new PassFailedException(pass.id(), e);
    }
  }

  /**
   * Runs all passes again and again until none changes the model, at most {@value #MAX_ROUNDS}
   * times.
   *
   * @return one result a pass, in the order given, with the changes and notes of all rounds
   */
  public static List<PassResult> toFixpoint(Model model, List<? extends GraphPass> passes) {
    var totals = new LinkedHashMap<String, PassResult>();
    boolean changed = true;
    for (int round = 0; changed && round < MAX_ROUNDS; round++) {
      changed = false;
      for (GraphPass pass : passes) {
        var result = run(model, pass);
        changed |= result.changes() > 0;
        totals.merge(pass.id(), result, PassRunner::sum);
      }
    }
    return List.copyOf(totals.values());
  }

  private static PassResult sum(PassResult before, PassResult now) {
    var notes = new LinkedHashSet<>(before.notes());
    notes.addAll(now.notes());
    return new PassResult(before.pass(), before.changes() + now.changes(), new ArrayList<>(notes));
  }
}
