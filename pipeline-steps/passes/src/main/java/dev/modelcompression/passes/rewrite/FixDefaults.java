package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.List;

/**
 * Makes constants of initializers that are also listed as graph inputs.
 *
 * <p>ONNX Runtime takes such an initializer for a default that a caller may override, and so do all
 * other passes: nothing that depends on it can be folded, pruned or quantized. Up to IR version 3
 * every initializer had to be listed, so that the list tells nothing of what the author wanted; the
 * version becomes 4, the first that allows constants.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX IR, graphs</a>
 */
public final class FixDefaults implements GraphPass {
  public static final String ID = "fix-defaults";

  private static final long FIRST_IR_WITH_CONSTANTS = 4;
  private static final int NAMED = 3;

  @Override
  public String id() {
    return ID;
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    var required = graph.requiredInputs();
    var names =
        graph.inputs().stream()
            .filter(input -> !required.contains(input))
            .map(ValueInfo::name)
            .toList();
    if (names.isEmpty()) {
      return new PassResult(id(), 0);
    }
    names.forEach(graph::removeInput);
    model.setIrVersion(Math.max(FIRST_IR_WITH_CONSTANTS, model.irVersion()));
    return new PassResult(id(), names.size(), List.of(note(names)));
  }

  private static String note(List<String> names) {
    String which = String.join("', '", names.subList(0, Math.min(NAMED, names.size())));
    return names.size()
        + (names.size() == 1 ? " input" : " inputs")
        + " with a value in the model became constant, so that callers can no longer override it: '"
        + which
        + (names.size() > NAMED ? "', …" : "'");
  }
}
