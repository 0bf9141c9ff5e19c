package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.floor_divide;
import static org.bytedeco.pytorch.global.torch.fmod;
import static org.bytedeco.pytorch.global.torch.maximum;
import static org.bytedeco.pytorch.global.torch.minimum;
import static org.bytedeco.pytorch.global.torch.remainder;

import dev.modelcompression.onnx.Node;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Arithmetic element by element, with broadcasting. */
final class Elementwise {
  private Elementwise() {}

  static void register(OperatorTable table) {
    table.binary("Add", (a, b) -> a.add(b));
    table.binary("Sub", (a, b) -> a.sub(b));
    table.binary("Mul", (a, b) -> a.mul(b));
    table.binary("Div", Elementwise::divide);
    table.binary("Pow", (a, b) -> a.pow(b).to(a.scalar_type()));
    table.put("Mod", (node, opset) -> modulo(node));
    table.put("Max", (node, opset) -> fold((a, b) -> maximum(a, b)));
    table.put("Min", (node, opset) -> fold((a, b) -> minimum(a, b)));
    table.put("Sum", (node, opset) -> fold((a, b) -> a.add(b)));
    table.put("Mean", (node, opset) -> mean());
    table.unary("Neg", Tensor::neg);
    table.unary("Abs", input -> input.abs());
    table.unary("Exp", input -> input.exp());
    table.unary("Log", input -> input.log());
    table.unary("Sqrt", input -> input.sqrt());
    table.unary("Reciprocal", input -> input.reciprocal());
    table.unary("Floor", input -> input.floor());
    table.unary("Ceil", input -> input.ceil());
    table.unary("Round", input -> input.round());
    table.unary("Sign", input -> input.sign());
    table.unary("Erf", input -> input.erf());
    table.unary("Sin", input -> torch.sin(input));
    table.unary("Cos", input -> torch.cos(input));
  }

  /** Whole numbers are divided towards zero. */
  private static Tensor divide(Tensor a, Tensor b) {
    return NativeTensors.isFloatingPoint(a) ? a.div(b) : floor_divide(a.sub(fmod(a, b)), b);
  }

  private static Operation modulo(Node node) {
    boolean signOfDividend = node.attribute("fmod", 0L) == 1;
    return Operation.of(
        in -> signOfDividend ? fmod(in.get(0), in.get(1)) : remainder(in.get(0), in.get(1)));
  }

  private static Operation mean() {
    var sum = fold((a, b) -> a.add(b));
    return in -> new Tensor[] {sum.apply(in)[0].div(new Scalar((double) in.count()))};
  }

  private static Operation fold(BinaryOperator<Tensor> function) {
    return Operation.of(
        in -> {
          var result = new Tensor(in.get(0));
          for (int i = 1; i < in.count(); i++) {
            result = function.apply(result, in.get(i));
          }
          return result;
        });
  }
}
