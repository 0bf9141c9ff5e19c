package dev.modelcompression.passes.quantize;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which operators ONNX Runtime's CPU provider computes in integers when QuantizeLinear and
 * DequantizeLinear surround them, and under which conditions.
 *
 * @see <a
 *     href="https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/optimizer/qdq_transformer/selectors_actions/qdq_selector_action_transformer.cc">qdq_selector_action_transformer.cc</a>
 */
final class OperatorRules {
  /** Integer kernels whose output has a scale of its own. */
  private static final Set<String> OWN_SCALE =
      Set.of(
          "Add",
          "Mul",
          "AveragePool",
          "GlobalAveragePool",
          "LeakyRelu",
          "Sigmoid",
          "Softmax",
          "Concat");

  /** Only move or select elements: the output has the scale of the input. */
  private static final Set<String> SHARED_SCALE =
      Set.of(
          "Reshape",
          "Transpose",
          "Slice",
          "Gather",
          "GatherElements",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Expand",
          "Tile",
          "Resize",
          "MaxPool",
          "ReduceMax",
          "ReduceMin",
          "Split");

  private final Model model;
  private final Graph graph;
  private final QdqSettings settings;

  OperatorRules(Model model, QdqSettings settings) {
    this.model = model;
    this.graph = model.graph();
    this.settings = settings;
  }

  /** What a node is to quantization, or the reason why it stays float. */
  record Ruling(Optional<QdqUnit.Kind> kind, String reason) {
    static Ruling yes(QdqUnit.Kind kind) {
      return new Ruling(Optional.of(kind), "");
    }

    static Ruling no(String reason) {
      return new Ruling(Optional.empty(), reason);
    }
  }

  Ruling rule(Node node) {
    if (!node.domain().isEmpty()) {
      return Ruling.no("");
    }
    if (settings.excludedNodes().contains(node.label())) {
      return Ruling.no("excluded by name");
    }
    if (settings.excludedOpTypes().contains(node.opType())) {
      return Ruling.no("operator excluded");
    }
    return switch (node.opType()) {
      case "Conv", "Gemm" -> weighted(node);
      case "MatMul" -> matMul(node);
      case "ConvTranspose" -> Ruling.no("ONNX Runtime has no integer kernel for it");
      default -> {
        if (OWN_SCALE.contains(node.opType())) {
          yield node.is("AveragePool") && node.hasAttribute("dilations")
              ? Ruling.no("dilated pooling has no integer kernel")
              : Ruling.yes(QdqUnit.Kind.OWN_SCALE);
        }
        yield SHARED_SCALE.contains(node.opType()) && movesElementsOnly(node)
            ? Ruling.yes(QdqUnit.Kind.SHARED_SCALE)
            : Ruling.no("");
      }
    };
  }

  /** Inputs that carry quantized values, constant operands included. */
  static List<Integer> activationInputs(Node node, QdqUnit.Kind kind) {
    return switch (kind) {
      case WEIGHTED, SHARED_SCALE -> List.of(0);
      case PRODUCT -> List.of(0, 1);
      case OWN_SCALE ->
          IntStream.range(0, node.inputs().size()).filter(node::hasInput).boxed().toList();
    };
  }

  /** Axis of the output channels in the weight. */
  static int weightAxis(Node node) {
    return node.is("Conv") || (node.is("Gemm") && node.attribute("transB", 0L) == 1) ? 0 : 1;
  }

  /** The bias of a weighted node as one number a channel, factors of Gemm applied. */
  static Optional<float[]> bias(Graph graph, Node node, int channels) {
    if (!node.hasInput(2)) {
      return Optional.empty();
    }
    float beta = node.is("Gemm") ? node.attribute("beta", 1f) : 1;
    return graph.constant(node.input(2)).map(tensor -> spread(tensor, beta, channels));
  }

  /**
   * The Add that puts a constant bias {@code [N]} on a MatMul, when nothing else reads the product.
   * ONNX Runtime fuses the two to one Gemm.
   */
  Optional<Node> biasAdd(Node matMul) {
    if (!matMul.is("MatMul")) {
      return Optional.empty();
    }
    long columns = graph.constant(matMul.input(1)).orElseThrow().dim(1);
    return graph
        .soleConsumer(matMul.output())
        .filter(add -> add.is("Add") && !excluded(add))
        .filter(
            add ->
                graph
                    .constant(add.input(add.input(0).equals(matMul.output()) ? 1 : 0))
                    .filter(b -> b.type() == DataType.FLOAT && b.rank() == 1 && b.dim(0) == columns)
                    .isPresent());
  }

  /**
   * The Relu or Clip that alone reads {@code value} and that a quantized output can imply: its
   * interval holds 0.
   */
  Optional<Node> impliedActivation(String value) {
    return graph.soleConsumer(value).filter(node -> bounds(node).isPresent());
  }

  /** The interval that a Relu or a Clip with constant limits maps into, if it holds 0. */
  Optional<Range> bounds(Node node) {
    if (node.is("Relu")) {
      return Optional.of(new Range(0, Float.MAX_VALUE));
    }
    if (!node.is("Clip")) {
      return Optional.empty();
    }
    var min = limit(node, 1, -Float.MAX_VALUE);
    var max = limit(node, 2, Float.MAX_VALUE);
    boolean holdsZero = min.isPresent() && max.isPresent() && min.get() <= 0 && max.get() >= 0;
    return holdsZero && min.get() < max.get()
        ? Optional.of(new Range(min.get(), max.get()))
        : Optional.empty();
  }

  private Optional<Float> limit(Node clip, int input, float otherwise) {
    return clip.hasInput(input)
        ? graph
            .constant(clip.input(input))
            .filter(t -> t.type() == DataType.FLOAT)
            .map(t -> Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, t.floatValue())))
        : Optional.of(otherwise);
  }

  private Ruling weighted(Node node) {
    var weight = graph.constant(node.input(1));
    if (weight.isEmpty()) {
      return Ruling.no("its weight is computed, not constant");
    }
    if (weight.get().type() != DataType.FLOAT) {
      return Ruling.no("its weight is " + weight.get().type() + ", not FLOAT");
    }
    if (weight.get().elementCount() < Math.max(1, settings.minWeightElements())) {
      return Ruling.no("its weight has fewer elements than minWeightElements");
    }
    if (graph.constant(node.input(0)).isPresent()) {
      return Ruling.no("its input is constant");
    }
    if (node.hasInput(2) && !hasUsableBias(node, weight.get())) {
      return Ruling.no("its bias is not one constant a channel");
    }
    return Ruling.yes(QdqUnit.Kind.WEIGHTED);
  }

  private Ruling matMul(Node node) {
    boolean leftConstant = graph.constant(node.input(0)).isPresent();
    var right = graph.constant(node.input(1));
    if (leftConstant) {
      return Ruling.no("its constant is the left operand");
    }
    if (right.isEmpty()) {
      return settings.activationProducts()
          ? Ruling.yes(QdqUnit.Kind.PRODUCT)
          : Ruling.no("product of two activations (activationProducts is off)");
    }
    return right.get().rank() == 2 ? weighted(node) : Ruling.no("its weight is not a matrix");
  }

  private boolean hasUsableBias(Node node, Tensor weight) {
    long channels = weight.dim(weightAxis(node));
    return graph
        .constant(node.input(2))
        .filter(bias -> bias.type() == DataType.FLOAT)
        .filter(
            bias ->
                bias.elementCount() == 1
                    || (bias.elementCount() == channels && bias.dim(bias.rank() - 1) == channels))
        .isPresent();
  }

  private boolean movesElementsOnly(Node node) {
    return switch (node.opType()) {
      case "MaxPool" ->
          model.opset() >= 12 && !node.outputs().stream().skip(1).anyMatch(this::used);
      case "Resize" -> node.attribute("mode", "nearest").equals("nearest");
      default -> true;
    };
  }

  private boolean used(String value) {
    return !value.isEmpty() && (!graph.consumers(value).isEmpty() || graph.isOutput(value));
  }

  private boolean excluded(Node node) {
    return settings.excludedNodes().contains(node.label());
  }

  private static float[] spread(Tensor tensor, float factor, int channels) {
    var values = tensor.floats();
    var spread = new float[channels];
    for (int c = 0; c < channels; c++) {
      spread[c] = factor * values[values.length == 1 ? 0 : c];
    }
    return spread;
  }
}
