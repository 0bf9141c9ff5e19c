package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.einsum;
import static org.bytedeco.pytorch.global.torch.matmul;
import static org.bytedeco.pytorch.global.torch.mm;

import dev.modelcompression.onnx.Node;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Matrix products. */
final class Matrices {
  private Matrices() {}

  static void register(OperatorTable table) {
    table.put("Gemm", (node, opset) -> gemm(node));
    table.binary("MatMul", (a, b) -> matmul(a, b));
    table.put("Einsum", (node, opset) -> einsumOf(node));
  }

  /** alpha · op(A) · op(B) + beta · C, where op transposes or not. */
  private static Operation gemm(Node node) {
    boolean transposeA = node.attribute("transA", 0L) != 0;
    boolean transposeB = node.attribute("transB", 0L) != 0;
    float alpha = node.attribute("alpha", 1f);
    float beta = node.attribute("beta", 1f);
    return Operation.of(
        in -> {
          var a = transposeA ? in.get(0).t() : in.get(0);
          var b = transposeB ? in.get(1).t() : in.get(1);
          if (in.has(2)) {
            return addmm(in.get(2), a, b, new Scalar(beta), new Scalar(alpha));
          }
          Tensor product = mm(a, b);
          return alpha == 1 ? product : product.mul(new Scalar(alpha));
        });
  }

  private static Operation einsumOf(Node node) {
    String equation = node.attribute("equation", "");
    return Operation.of(
        in -> {
          var operands = new TensorVector();
          for (int i = 0; i < in.count(); i++) {
            operands.push_back(in.get(i));
          }
          return einsum(equation, operands);
        });
  }
}
