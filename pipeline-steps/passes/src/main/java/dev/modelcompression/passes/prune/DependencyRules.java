package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Node;
import java.util.HashMap;
import java.util.Map;

/** The rule of every operator that channels can be traced through. */
final class DependencyRules {
  private static final Map<String, DependencyRule> BY_OPERATOR = new HashMap<>();

  static {
    all(ElementwiseRules::unary, "Abs", "Cast", "Ceil", "Celu", "Clip", "Dropout", "Elu", "Erf");
    all(ElementwiseRules::unary, "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "Identity");
    all(ElementwiseRules::unary, "IsNaN", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal");
    all(ElementwiseRules::unary, "Relu", "Round", "Selu", "Sigmoid", "Sign", "Softplus");
    all(ElementwiseRules::unary, "Softsign", "Sqrt", "Swish", "Tanh", "ThresholdedRelu");
    all(ElementwiseRules::unary, "Sin", "Cos", "Atan", "Shrink");
    all(ElementwiseRules::broadcast, "Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual");
    all(ElementwiseRules::broadcast, "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul");
    all(ElementwiseRules::broadcast, "Or", "PRelu", "Pow", "Sub", "Sum", "Where", "Xor");
    all(ElementwiseRules::perChannel, "BatchNormalization", "InstanceNormalization");
    all(ElementwiseRules::mixing, "Softmax", "LogSoftmax", "Hardmax", "LRN", "LayerNormalization");
    all(ElementwiseRules::mixing, "RMSNormalization", "LpNormalization", "GroupNormalization");
    all(ElementwiseRules::mixing, "MeanVarianceNormalization");
    all(LayerRules::conv, "Conv");
    all(LayerRules::convTranspose, "ConvTranspose");
    all(LayerRules::gemm, "Gemm");
    all(LayerRules::matMul, "MatMul");
    all(SpatialRules::pool, "AveragePool", "MaxPool", "LpPool", "GlobalAveragePool");
    all(SpatialRules::pool, "GlobalMaxPool", "GlobalLpPool");
    all(SpatialRules::reduce, "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd");
    all(SpatialRules::reduce, "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp");
    all(SpatialRules::reduce, "ReduceSumSquare");
    all(SpatialRules::pad, "Pad");
    all(SpatialRules::resize, "Resize", "Upsample");
    all(ShapeRules::reshape, "Reshape");
    all(ShapeRules::regroup, "Flatten", "Squeeze", "Unsqueeze");
    all(ShapeRules::transpose, "Transpose");
    all(ShapeRules::expand, "Expand");
    all(ShapeRules::shape, "Shape");
    all(PartRules::concat, "Concat");
    all(PartRules::split, "Split");
    all(PartRules::slice, "Slice");
    all(PartRules::gather, "Gather");
  }

  private DependencyRules() {}

  /** Whether channels can be traced through the node's operator. */
  static boolean knows(Node node) {
    return node.domain().isEmpty() && !node.hasSubgraph() && BY_OPERATOR.containsKey(node.opType());
  }

  static DependencyRule of(Node node) {
    return knows(node)
        ? BY_OPERATOR.getOrDefault(node.opType(), DependencyRules::unknown)
        : DependencyRules::unknown;
  }

  private static void unknown(AxisTracer tracer, Node node) {
    var operator = node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
    tracer.block(
        node,
        "operator " + operator + " of node '" + node.label() + "' is not known to channel pruning");
  }

  private static void all(DependencyRule rule, String... operators) {
    for (String operator : operators) {
      BY_OPERATOR.put(operator, rule);
    }
  }
}
