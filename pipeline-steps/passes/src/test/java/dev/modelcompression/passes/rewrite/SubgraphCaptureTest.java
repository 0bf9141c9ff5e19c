package dev.modelcompression.passes.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.PassRunner;
import dev.modelcompression.passes.testing.Numbers;
import dev.modelcompression.passes.testing.OrtConstantEvaluator;
import dev.modelcompression.passes.testing.OrtRunner;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Branches of an If read values of the graph around it: their names must survive every rewrite. */
class SubgraphCaptureTest {
  @Test
  void namesThatBranchesReadStay() {
    var model = model();
    var rewritten = model.copy();

    PassRunner.toFixpoint(rewritten, StandardRewrites.all(new OrtConstantEvaluator()));

    assertThat(rewritten.graph().nodes("Identity")).isEmpty();
    assertThat(rewritten.graph().initializer("offset")).isPresent();
    for (float sign : new float[] {1, -1}) {
      var input = Map.of("x", Tensor.vector(sign, 2 * sign, -3));
      Numbers.assertClose(OrtRunner.run(rewritten, input), OrtRunner.run(model, input), 0);
    }
  }

  /** {@code y = sum(x) > 0 ? relu(x) + offset : -relu(x)}, with the relu behind an Identity. */
  private static Model model() {
    var positive = branch(node("Add", List.of("renamed", "offset"), "sum"), "sum");
    var negative = branch(node("Neg", List.of("renamed"), "negated"), "negated");
    var choice =
        node("If", List.of("condition"), "y")
            .addAttribute(attribute("then_branch", positive))
            .addAttribute(attribute("else_branch", negative));
    var keepdims =
        AttributeProto.newBuilder()
            .setName("keepdims")
            .setType(AttributeProto.AttributeType.INT)
            .setI(0);
    var graph =
        GraphProto.newBuilder()
            .setName("captures")
            .addInput(value("x", 3))
            .addOutput(value("y", 3))
            .addInitializer(constant("offset", 0.5f))
            .addInitializer(constant("zero", 0))
            .addNode(node("Relu", List.of("x"), "activated"))
            .addNode(node("Identity", List.of("activated"), "renamed"))
            .addNode(node("ReduceSum", List.of("x"), "total").addAttribute(keepdims))
            .addNode(node("Greater", List.of("total", "zero"), "condition"))
            .addNode(choice);
    var proto =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build();
    return OnnxReader.read(
        ByteBuffer.wrap(proto.toByteArray()), "captures.onnx", ExternalData.NONE);
  }

  private static GraphProto branch(NodeProto.Builder node, String output) {
    return GraphProto.newBuilder()
        .setName(output + "_branch")
        .addNode(node)
        .addOutput(value(output, 3))
        .build();
  }

  private static AttributeProto attribute(String name, GraphProto graph) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  private static NodeProto.Builder node(String opType, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setOpType(opType)
        .setName(opType)
        .addAllInput(inputs)
        .addOutput(output);
  }

  private static TensorProto constant(String name, float value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .addFloatData(value)
        .build();
  }

  private static ValueInfoProto value(String name, long dim) {
    var tensor = TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
    tensor.getShapeBuilder().addDimBuilder().setDimValue(dim);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
