package dev.modelcompression.training.operators;

import static org.bytedeco.pytorch.global.torch.celu;
import static org.bytedeco.pytorch.global.torch.clamp;
import static org.bytedeco.pytorch.global.torch.elu;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.hardswish;
import static org.bytedeco.pytorch.global.torch.leaky_relu;
import static org.bytedeco.pytorch.global.torch.softplus;
import static org.bytedeco.pytorch.global.torch.softsign;
import static org.bytedeco.pytorch.global.torch.threshold;

import dev.modelcompression.onnx.Node;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Activation functions and softmax. */
final class Activations {
  private Activations() {}

  static void register(OperatorTable table) {
    table.unary("Relu", torch::relu);
    table.unary("Sigmoid", torch::sigmoid);
    table.unary("Tanh", torch::tanh);
    table.unary("HardSwish", input -> hardswish(input));
    table.unary("Softplus", input -> softplus(input));
    table.unary("Softsign", input -> softsign(input));
    table.unary("Mish", torch::mish);
    table.put("LeakyRelu", (node, opset) -> leakyRelu(node));
    table.binary("PRelu", Activations::prelu);
    table.put("Elu", (node, opset) -> elu(node.attribute("alpha", 1f), 1f));
    table.put("Selu", (node, opset) -> selu(node));
    table.put("Celu", (node, opset) -> celuOf(node));
    table.put("HardSigmoid", (node, opset) -> hardSigmoid(node));
    table.put("ThresholdedRelu", (node, opset) -> thresholdedRelu(node));
    table.put("Gelu", (node, opset) -> geluOf(node));
    table.put("Clip", (node, opset) -> clip());
    table.put("Softmax", (node, opset) -> softmaxOf(node, opset, torch::softmax));
    table.put("LogSoftmax", (node, opset) -> softmaxOf(node, opset, torch::log_softmax));
  }

  private static Operation leakyRelu(Node node) {
    float alpha = node.attribute("alpha", 0.01f);
    return Operation.of(in -> leaky_relu(in.get(0), new Scalar(alpha)));
  }

  /** The slope broadcasts to the input, which libtorch's own prelu does not do. */
  private static Tensor prelu(Tensor input, Tensor slope) {
    return torch.relu(input).sub(torch.relu(input.neg()).mul(slope));
  }

  private static Operation elu(float alpha, float gamma) {
    return Operation.of(
        in -> torch.elu(in.get(0), new Scalar(alpha), new Scalar(gamma), new Scalar(1.0)));
  }

  /** Defaults as the operator's specification prints them. */
  private static Operation selu(Node node) {
    return elu(node.attribute("alpha", 1.6732632f), node.attribute("gamma", 1.050701f));
  }

  private static Operation celuOf(Node node) {
    float alpha = node.attribute("alpha", 1f);
    return Operation.of(in -> celu(in.get(0), new Scalar(alpha)));
  }

  private static Operation hardSigmoid(Node node) {
    float alpha = node.attribute("alpha", 0.2f);
    float beta = node.attribute("beta", 0.5f);
    return Operation.of(
        in ->
            clamp(
                in.get(0).mul(new Scalar(alpha)).add(new Scalar(beta)),
                new ScalarOptional(new Scalar(0.0)),
                new ScalarOptional(new Scalar(1.0))));
  }

  private static Operation thresholdedRelu(Node node) {
    float alpha = node.attribute("alpha", 1f);
    return Operation.of(in -> threshold(in.get(0), new Scalar(alpha), new Scalar(0.0)));
  }

  private static Operation geluOf(Node node) {
    String approximate = node.attribute("approximate", "none");
    return Operation.of(in -> gelu(in.get(0), approximate));
  }

  private static Operation clip() {
    return Operation.of(
        in -> {
          if (!in.has(1) && !in.has(2)) {
            return new Tensor(in.get(0));
          }
          return clamp(in.get(0), in.scalar(1), in.scalar(2));
        });
  }

  private interface AlongAxis {
    Tensor apply(Tensor input, long axis);
  }

  /** Before opset 13 everything from the axis on is one row; later only the axis itself. */
  private static Operation softmaxOf(Node node, long opset, AlongAxis function) {
    if (opset >= 13) {
      long axis = node.attribute("axis", -1L);
      return Operation.of(in -> function.apply(in.get(0), axis));
    }
    long axis = node.attribute("axis", 1L);
    return Operation.of(
        in -> {
          var input = in.get(0);
          var flat = Shapes.flatten(input, Axes.positive(axis, (int) input.dim()));
          return function.apply(flat, 1).reshape(input.shape());
        });
  }
}
