package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Types and shapes by the ONNX project's own inference, with propagation of shape arithmetic.
 *
 * <p>What the model states about values between standard operators is ignored, because edits make
 * it stale; what it states about results of operators that the library does not know is believed.
 */
public final class ShapeInference {
  private ShapeInference() {}

  /**
   * Infers the shapes of all values of the main graph.
   *
   * @param model any model; not changed
   * @param inputShapes shapes that replace those of graph inputs, such as one with a fixed batch
   *     size; {@link ValueInfo#UNKNOWN} dimensions stay free; may be empty
   * @throws IllegalArgumentException a name that is no input of the graph, or a rank that
   *     contradicts the model's
   * @throws InvalidModelException a node contradicts its operator's specification; the message
   *     names it
   */
  public static Shapes infer(Model model, Map<String, long[]> inputShapes) {
    var inferred = NativeOnnx.inferShapes(question(model, inputShapes)).getGraph();
    var values = new LinkedHashMap<String, ValueInfo>();
    model
        .graph()
        .initializers()
        .forEach(
            (name, tensor) ->
                values.put(name, ValueInfo.tensor(name, tensor.type(), tensor.shape())));
    inferred.getInputList().forEach(value -> values.put(value.getName(), new ValueInfo(value)));
    inferred.getValueInfoList().forEach(value -> values.put(value.getName(), new ValueInfo(value)));
    inferred.getOutputList().forEach(value -> values.put(value.getName(), new ValueInfo(value)));
    return new Shapes(values);
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
