package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.where;

import org.bytedeco.pytorch.global.torch;

/** Comparisons, truth values and choices between two inputs. */
final class Logic {
  private Logic() {}

  static void register(OperatorTable table) {
    table.binary("Equal", (a, b) -> torch.eq(a, b));
    table.binary("Greater", (a, b) -> torch.gt(a, b));
    table.binary("GreaterOrEqual", (a, b) -> torch.ge(a, b));
    table.binary("Less", (a, b) -> torch.lt(a, b));
    table.binary("LessOrEqual", (a, b) -> torch.le(a, b));
    table.binary("And", (a, b) -> torch.logical_and(a, b));
    table.binary("Or", (a, b) -> torch.logical_or(a, b));
    table.binary("Xor", (a, b) -> torch.logical_xor(a, b));
    table.unary("Not", input -> torch.logical_not(input));
    table.unary("IsNaN", input -> torch.isnan(input));
    table.put("Where", (node, opset) -> Operation.of(in -> where(in.get(0), in.get(1), in.get(2))));
  }
}
