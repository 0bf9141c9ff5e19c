package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Types and shapes by the ONNX project's own inference, with propagation of shape arithmetic.
 *
 * <p>What the model states about values between standard operators is ignored, because edits make
 * it stale; what it states about results of operators that the library does not know is believed.
 */
public final class ShapeInference {
  private static final int MODERN_OPSET = 17;

  /**
   * Elements of one tensor for one sample: 2³¹, 8 GiB as FLOAT. More is no model for one machine.
   */
  private static final long MAX_ELEMENTS = 1L << 31;

  /** Times that numbers found are put in and inference is asked again. */
  private static final int MAX_ROUNDS = 32;

  private ShapeInference() {}

  /** Loads the native library, which otherwise happens at the first question. */
  public static void preload() {
    NativeOnnx.load();
  }

  /**
   * Infers the shapes of all values for one sample.
   *
   * @throws InvalidModelException a node contradicts its operator's specification
   */
  public static Shapes ofOneSample(Model model) {
    return infer(model, oneSample(model));
  }

  /**
   * Input shapes of one sample: an open first dimension, the batch, is 1; other open dimensions
   * stay open. Inputs without an open batch are left out.
   */
  public static Map<String, long[]> oneSample(Model model) {
    var shapes = new LinkedHashMap<String, long[]>();
    for (ValueInfo input : model.graph().requiredInputs()) {
      var shape = input.shape().orElse(new long[0]);
      if (shape.length > 0 && shape[0] < 0) {
        shape[0] = 1;
        shapes.put(input.name(), shape);
      }
    }
    return shapes;
  }

  /**
   * Infers the shapes of all values of the main graph.
   *
   * @param model any model; not changed
   * @param inputShapes shapes that replace those of graph inputs, such as one with a fixed batch
   *     size; {@link ValueInfo#UNKNOWN} dimensions stay free; may be empty
   * @throws IllegalArgumentException a name that is no input of the graph, or a rank that
   *     contradicts the model's
   * @throws InvalidModelException a node contradicts its operator's specification, or makes a
   *     tensor too large for any machine; the message names it
   */
  public static Shapes infer(Model model, Map<String, long[]> inputShapes) {
    var question = GuardedOperators.hide(modern(question(model, inputShapes)));
    var inferred = NativeOnnx.inferShapes(question);
    for (int round = 1; round < MAX_ROUNDS; round++) {
      var next = refined(question, inferred);
      if (next.isEmpty()) {
        break;
      }
      question = next.get();
      inferred = NativeOnnx.inferShapes(question);
    }
    var shapes = shapes(question.getGraph(), inferred.graph());
    model.graph().nodes().forEach(node -> requireSize(node, shapes));
    return shapes;
  }

  private static void requireSize(Node node, Shapes shapes) {
    for (String output : node.outputs()) {
      var shape = shapes.fixedShape(output).orElse(new long[0]);
      if (!isWithin(shape)) {
        throw new InvalidModelException(
            Fault.node(node.proto())
                + " makes a tensor of shape "
                + Arrays.toString(shape)
                + "; at most "
                + MAX_ELEMENTS
                + " elements are allowed");
      }
    }
  }

  private static boolean isWithin(long[] shape) {
    double elements = 1;
    for (long dim : shape) {
      elements *= dim;
    }
    return elements <= MAX_ELEMENTS;
  }

  private static Shapes shapes(GraphProto question, GraphProto inferred) {
    var values = new LinkedHashMap<String, ValueInfo>();
    for (var tensor : question.getInitializerList()) {
      var constant = new Tensor(tensor, null);
      values.put(
          tensor.getName(), ValueInfo.tensor(tensor.getName(), constant.type(), constant.shape()));
    }
    inferred.getInputList().forEach(value -> values.put(value.getName(), new ValueInfo(value)));
    inferred.getValueInfoList().forEach(value -> values.put(value.getName(), new ValueInfo(value)));
    inferred
        .getOutputList()
        .forEach(
            value ->
                values.merge(
                    value.getName(),
                    new ValueInfo(value),
                    (constant, output) -> output.shape().isPresent() ? output : constant));
    return new Shapes(values);
  }

  /**
   * The question with what is known by now put in: constants in place of the nodes whose results
   * are known, because some operators, Slice among them, look at constants only; and the {@link
   * GuardedOperators} whose inputs are known to fit. Empty when there is nothing to put in.
   */
  private static Optional<ModelProto> refined(ModelProto question, NativeOnnx.Inferred inferred) {
    var shapes = shapes(question.getGraph(), inferred.graph());
    var graph = question.getGraph().toBuilder().clearNode();
    boolean changed = false;
    for (var node : question.getGraph().getNodeList()) {
      var constant = constant(node, shapes, inferred.numbers());
      if (constant.isPresent()) {
        var name = node.getOutput(0);
        graph.addInitializer(constant.get().proto().toBuilder().setName(name));
        changed = true;
        continue;
      }
      var shown = GuardedOperators.shown(node, shapes::shape);
      graph.addNode(shown.orElse(node));
      changed |= shown.isPresent();
    }
    return changed ? Optional.of(question.toBuilder().setGraph(graph).build()) : Optional.empty();
  }

  /** The library gives a scalar and a vector of one element alike; the inferred rank tells them. */
  private static Optional<Tensor> constant(
      NodeProto node, Shapes shapes, Map<String, long[]> numbers) {
    if (node.getOutputCount() != 1 || node.getOpType().equals("Constant")) {
      return Optional.empty();
    }
    var name = node.getOutput(0);
    var known = numbers.get(name);
    if (known == null || shapes.type(name) != DataType.INT64) {
      return Optional.empty();
    }
    return shapes
        .shape(name)
        .filter(shape -> shape.length == 0 ? known.length == 1 : shape.length == 1)
        .map(shape -> Tensor.longs(shape.length == 0 ? shape : new long[] {known.length}, known));
  }

  /**
   * The library follows shape arithmetic through the later versions of operators only, so an older
   * question is brought there; one that cannot be is asked as it is.
   */
  private static ModelProto modern(ModelProto question) {
    if (NativeSchemas.opset(question.getOpsetImportList()) >= MODERN_OPSET
        || !OpsetConverter.isFlat(question)) {
      return question;
    }
    try {
      return NativeOnnx.convertVersion(question, MODERN_OPSET);
    } catch (InvalidModelException noWay) {
      return question;
    }
  }

  /** What the library is asked: a light copy of the model, within the versions it knows. */
  private static ModelProto question(Model model, Map<String, long[]> inputShapes) {
    var graph = model.graph();
    var light = LightCopy.of(model);
    var proto = light.getGraphBuilder().clearValueInfo();
    rebind(proto, inputShapes);
    for (var output : proto.getOutputBuilderList()) {
      if (computedByStandard(graph, output.getName())) {
        output.setType(withoutShape(output.getType()));
      }
    }
    graph.valueInfos().values().stream()
        .filter(value -> !computedByStandard(graph, value.name()) && !graph.isOutput(value.name()))
        .forEach(value -> proto.addValueInfo(value.proto()));
    return light.build();
  }

  private static void rebind(GraphProto.Builder graph, Map<String, long[]> inputShapes) {
    var left = new LinkedHashMap<>(inputShapes);
    for (var input : graph.getInputBuilderList()) {
      long[] shape = left.remove(input.getName());
      if (shape != null) {
        checkRank(input.build(), shape);
        input.setType(new ValueInfo(input.build()).withShape(shape).proto().getType());
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "the model has no input "
              + left.keySet()
              + "; its inputs are "
              + graph.getInputList().stream().map(ValueInfoProto::getName).toList());
    }
  }

  private static void checkRank(ValueInfoProto input, long[] shape) {
    new ValueInfo(input)
        .shape()
        .filter(declared -> declared.length != shape.length)
        .ifPresent(
            declared -> {
              throw new IllegalArgumentException(
                  "input '"
                      + input.getName()
                      + "' has "
                      + declared.length
                      + " dimensions, but "
                      + shape.length
                      + " were given");
            });
  }

  private static boolean computedByStandard(Graph graph, String value) {
    return graph.producer(value).filter(node -> node.domain().isEmpty()).isPresent();
  }

  private static TypeProto withoutShape(TypeProto type) {
    return type.hasTensorType()
        ? type.toBuilder().setTensorType(type.getTensorType().toBuilder().clearShape()).build()
        : type;
  }
}
