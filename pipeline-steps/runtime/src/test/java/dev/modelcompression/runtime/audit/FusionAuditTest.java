package dev.modelcompression.runtime.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.Models;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class FusionAuditTest {
  @Test
  void aWellFormedConvolutionRunsInIntegers() {
    var audit = FusionAudit.of(quantizedConv(1, true));
    assertThat(audit.nodes())
        .containsExactly(
            new AuditedNode("conv", "Conv", "QLinearConv", true, true, 4L * 3 * 9 * 64, null));
    assertThat(audit.notFused()).isEmpty();
    assertThat(audit.integerMacShare()).hasValue(1);
    assertThat(audit.executedOperators()).containsEntry("QLinearConv", 1);
  }

  @Test
  void aBiasOfTheWrongScaleKeepsTheConvolutionInFloat() {
    var audit = FusionAudit.of(quantizedConv(0.5f, true));
    assertThat(audit.notFused())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.name()).isEqualTo("conv");
              assertThat(node.executedAs()).doesNotContain("QLinear");
              assertThat(node.reason())
                  .isEqualTo(
                      "the scale of bias 'b' is not the input's scale times the weight's scale");
            });
    assertThat(audit.integerMacShare()).hasValue(0);
  }

  @Test
  void anOutputThatIsNotQuantizedKeepsTheConvolutionInFloat() {
    assertThat(FusionAudit.of(quantizedConv(1, false)).notFused())
        .singleElement()
        .satisfies(
            node ->
                assertThat(node.reason())
                    .isEqualTo("its output is not quantized, or has another reader"));
  }

  @Test
  void aFloatModelWasNeverMeantToRunInIntegers() {
    var audit = FusionAudit.of(Models.resnet8());
    assertThat(audit.nodes()).hasSize(10).noneMatch(AuditedNode::integer);
    assertThat(audit.notFused()).isEmpty();
    assertThat(audit.integerMacShare().orElseThrow()).isCloseTo(0, within(0.0));
  }

  @Test
  void noShareIsToldWhenWorkIsUnknown() {
    var model = quantizedConv(1, true);
    var graph = model.graph();
    graph.setInput(0, ValueInfo.tensor("x", DataType.FLOAT, -1, 3, -1, -1));
    graph.setOutput(0, ValueInfo.tensor("out", DataType.FLOAT, -1, 4, -1, -1));
    var audit = FusionAudit.of(model);
    assertThat(audit.nodes()).singleElement().matches(AuditedNode::integer);
    assertThat(audit.integerMacShare()).isEmpty();
  }

  @Test
  void aFloatLstmIsALayerAndCountsInTheShare() {
    var model = quantizedConv(1, true);
    var graph = model.graph();
    graph.setInitializer("rows", Tensor.longs(new long[] {3}, 5, -1, 8));
    graph.setInitializer("W", Tensor.floats(new long[] {1, 64, 8}, new float[512]));
    graph.setInitializer("R", Tensor.floats(new long[] {1, 64, 16}, new float[1024]));
    graph.setInput(0, ValueInfo.tensor("x", DataType.FLOAT, 5, 3, 8, 8));
    graph.setOutput(0, ValueInfo.untyped("state"));
    graph.add(Node.of("Reshape", "reshape", List.of("out", "rows"), List.of("sequence")));
    var lstm = Node.of("LSTM", "lstm", List.of("sequence", "W", "R"), List.of("", "state"));
    lstm.setAttribute("hidden_size", 16L);
    graph.add(lstm);
    var audit = FusionAudit.of(model);
    assertThat(audit.nodes())
        .extracting(AuditedNode::name, AuditedNode::integer)
        .containsExactly(tuple("conv", true), tuple("lstm", false));
    assertThat(audit.outOfReach())
        .containsExactly("LSTM 'lstm' stays float: recurrent layers are not quantized");
    double conv = 5.0 * 4 * 3 * 9 * 64;
    double recurrent = 5.0 * 32 * (512 + 1024);
    assertThat(audit.integerMacShare().orElseThrow())
        .isCloseTo(conv / (conv + recurrent), within(1e-9));
  }

  @Test
  void subgraphsAreNamedAndLeaveTheShareOpen() throws InvalidProtocolBufferException {
    var audit = FusionAudit.of(withBranch(quantizedConv(1, true)));
    assertThat(audit.outOfReach())
        .containsExactly("If 'branch' stays float: what its subgraphs compute is not quantized");
    assertThat(audit.integerMacShare()).isEmpty();
  }

  @Test
  void dynamicQuantizationIsRecognized() {
    var graph = new Graph("dynamic");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, -1, 4));
    graph.setInitializer("w", Tensor.bytes(DataType.INT8, new long[] {4, 2}, new byte[8]));
    graph.setInitializer("w_scale", Tensor.scalar(0.1f));
    graph.add(
        Node.of("DynamicQuantizeLinear", "q", List.of("x"), List.of("x8", "x_scale", "x_zero")));
    graph.add(Node.of("MatMulInteger", "mm", List.of("x8", "w", "x_zero"), List.of("y32")));
    var cast = Node.of("Cast", "cast", List.of("y32"), List.of("y_float"));
    cast.setAttribute("to", (long) DataType.FLOAT.code());
    graph.add(cast);
    graph.add(Node.of("Mul", "scales", List.of("x_scale", "w_scale"), List.of("scale")));
    graph.add(Node.of("Mul", "mul", List.of("y_float", "scale"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, -1, 2));
    assertThat(FusionAudit.of(new Model(graph, 8, 17)).nodes())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.opType()).isEqualTo("MatMulInteger");
              assertThat(node.executedAs()).isEqualTo("DynamicQuantizeMatMul");
              assertThat(node.integer()).isTrue();
            });
  }

  /** Puts an If after the model's output whose branches hand it on. */
  private static Model withBranch(Model model) throws InvalidProtocolBufferException {
    var graph = model.graph();
    graph.addInput(ValueInfo.tensor("c", DataType.BOOL));
    graph.setOutput(0, ValueInfo.tensor("chosen", DataType.FLOAT, -1, 4, 8, 8));
    var proto = ModelProto.parseFrom(OnnxWriter.toBytes(model)).toBuilder();
    var branch = NodeProto.newBuilder().setOpType("If").setName("branch");
    branch.addInput("c").addOutput("chosen");
    for (String side : List.of("then_branch", "else_branch")) {
      var body = GraphProto.newBuilder().setName(side);
      body.addNode(NodeProto.newBuilder().setOpType("Identity").addInput("out").addOutput(side));
      body.addOutput(ValueInfoProto.newBuilder().setName(side));
      branch.addAttribute(
          AttributeProto.newBuilder()
              .setName(side)
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(body));
    }
    proto.getGraphBuilder().addNode(branch);
    return OnnxReader.read(
        ByteBuffer.wrap(proto.build().toByteArray()), "branch", ExternalData.NONE);
  }

  /** {@code [N, 3, 8, 8]} → Conv 4×3×3×3 with padding → {@code [N, 4, 8, 8]}, in QDQ form. */
  private static Model quantizedConv(float biasScaleFactor, boolean quantizedOutput) {
    var graph = new Graph("qdq");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, -1, 3, 8, 8));
    graph.setInitializer("s", Tensor.scalar(0.02f));
    graph.setInitializer("z", Tensor.bytes(DataType.UINT8, new long[0], (byte) 128));
    graph.setInitializer("w8", Tensor.bytes(DataType.INT8, new long[] {4, 3, 3, 3}, weights()));
    graph.setInitializer("ws", Tensor.scalar(0.01f));
    graph.setInitializer("wz", Tensor.bytes(DataType.INT8, new long[0], (byte) 0));
    graph.setInitializer("b32", Tensor.ints(new long[] {4}, 1, 2, 3, 4));
    graph.setInitializer("bs", Tensor.scalar(0.02f * 0.01f * biasScaleFactor));
    graph.setInitializer("bz", Tensor.ints(new long[0], 0));
    graph.add(Node.of("QuantizeLinear", "qx", List.of("x", "s", "z"), List.of("x8")));
    graph.add(Node.of("DequantizeLinear", "dx", List.of("x8", "s", "z"), List.of("xf")));
    graph.add(Node.of("DequantizeLinear", "dw", List.of("w8", "ws", "wz"), List.of("w")));
    graph.add(Node.of("DequantizeLinear", "db", List.of("b32", "bs", "bz"), List.of("b")));
    var conv = Node.of("Conv", "conv", List.of("xf", "w", "b"), List.of("y"));
    conv.setAttribute("pads", new long[] {1, 1, 1, 1});
    graph.add(conv);
    if (quantizedOutput) {
      graph.add(Node.of("QuantizeLinear", "qy", List.of("y", "s", "z"), List.of("y8")));
      graph.add(Node.of("DequantizeLinear", "dy", List.of("y8", "s", "z"), List.of("out")));
    } else {
      graph.add(Node.of("Tanh", "tanh", List.of("y"), List.of("out")));
    }
    graph.addOutput(ValueInfo.tensor("out", DataType.FLOAT, -1, 4, 8, 8));
    return new Model(graph, 8, 17);
  }

  private static byte[] weights() {
    var weights = new byte[108];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) (i % 11 - 5);
    }
    return weights;
  }
}
