package dev.modelcompression.onnx;

import static dev.modelcompression.onnx.TestModels.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each fault of a model is called. */
class BadModelTest {
  @Test
  void bytesThatAreNoModel() {
    invalid(new byte[0], "not an ONNX model");
    invalid(new byte[] {'P', 'K', 3, 4, 20, 0}, "not an ONNX model");
    invalid(ModelProto.newBuilder().setIrVersion(8).build().toByteArray(), "it holds no graph");
    var bytes = TestModels.resnetBytes();
    invalid(java.util.Arrays.copyOf(bytes, bytes.length / 2), "not an ONNX model, or truncated");
  }

  @Test
  void versions() {
    invalid(change(m -> m.setIrVersion(0)), "states no ir_version");
    unsupported(change(m -> m.setIrVersion(12)), "IR version 12 is newer than 11");
    invalid(change(m -> m.clearOpsetImport()), "imports no standard operator set");
    unsupported(
        change(m -> m.getOpsetImportBuilder(0).setVersion(10)),
        "operator set 10 is not supported; expected 11 to 22");
    unsupported(change(m -> m.getOpsetImportBuilder(0).setVersion(23)), "operator set 23");
    invalid(
        change(m -> m.addOpsetImportBuilder().setDomain("ai.onnx").setVersion(18)),
        "imported in versions 17 and 18");
  }

  @Test
  void valuesDefinedNeverOrTwice() {
    invalid(
        graph(g -> g.getNodeBuilder(0).setInput(0, "ghost")),
        "node 'Relu→h' ('Relu') reads 'ghost', which nothing defines");
    invalid(graph(g -> g.getOutputBuilder(0).setName("ghost")), "output 'ghost' is defined by no");
    invalid(
        graph(g -> g.getNodeBuilder(1).setOutput(0, "h")),
        "node 'Relu→h' ('Relu') defines 'h', which is defined already");
    invalid(graph(g -> g.addInput(g.getInput(0))), "input 'x' is defined twice");
    invalid(
        graph(g -> g.addInitializer(tensor("w")).addInitializer(tensor("w"))),
        "initializer 'w' is defined twice");
    invalid(graph(g -> g.addInitializer(tensor(""))), "initializer has no name");
  }

  @Test
  void cyclesAreNamed() {
    invalid(
        graph(g -> g.getNodeBuilder(0).setName("first").setInput(0, "y")),
        "the graph has a cycle through nodes 'first' ← 'Relu→y'");
    invalid(
        graph(g -> g.getNodeBuilder(0).setInput(0, "h")), "the graph has a cycle through node '");
    var body =
        GraphProto.newBuilder()
            .setName("body")
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("b").addOutput("a"))
            .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("a").addOutput("b"));
    invalid(graph(g -> g.addNode(holding(body.build()))), "the graph has a cycle through nodes");
  }

  @Test
  void nodesOutOfOrderAreSorted() {
    var model =
        TestModels.read(
            graph(
                g -> {
                  var first = g.getNode(0);
                  g.setNode(0, g.getNode(1)).setNode(1, first);
                }));
    assertThat(model.graph().nodes()).extracting(Node::output).containsExactly("h", "y");
  }

  @Test
  void nodesWithoutSense() {
    invalid(graph(g -> g.getNodeBuilder(0).clearOpType()), "has no operator (op_type)");
    invalid(graph(g -> g.addNode(NodeProto.newBuilder().setOpType("Relu"))), "has no output");
    invalid(
        graph(g -> g.getNodeBuilder(0).addAttribute(ints("a")).addAttribute(ints("a"))),
        "has attribute 'a' twice");
    invalid(
        graph(g -> g.getNodeBuilder(0).setNameBytes(ByteString.copyFrom(new byte[] {(byte) 0xc0}))),
        "not UTF-8");
  }

  @ParameterizedTest
  @CsvSource({"strides,0", "dilations,-1", "kernel_shape,4294967296", "group,0", "blocksize,65536"})
  void attributesThatLibrariesDivideBy(String name, long value) {
    var kind = name.equals("group") || name.equals("blocksize");
    var attribute = AttributeProto.newBuilder().setName(name);
    if (kind) {
      attribute.setType(AttributeProto.AttributeType.INT).setI(value);
    } else {
      attribute.setType(AttributeProto.AttributeType.INTS).addInts(1).addInts(value);
    }
    invalid(
        graph(g -> g.getNodeBuilder(0).addAttribute(attribute)),
        "has attribute '" + name + "' with " + value + "; expected 1 to ");
  }

  @Test
  void anAttributeOfTheWrongTypeIsNotTakenForItsDefault() {
    var relu = node("Relu", List.of("x"), "y");
    relu.setAttribute("axis", "one");
    assertThatThrownBy(() -> relu.attribute("axis", 0L))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("node 'Relu→y' has attribute 'axis' of type STRING; expected INT");
  }

  @Test
  void tensorsThatAreNotWhatTheySay() {
    tensor(t -> t.setDataType(0), "tensor 'w' has no element type");
    tensor(t -> t.setDims(0, -2), "has a negative dimension: [-2]");
    tensor(t -> t.addDims(Long.MAX_VALUE), "more elements than can be counted");
    tensor(t -> t.setDims(0, Long.MAX_VALUE), "more elements than can be stored");
    tensor(t -> t.setDims(0, 3), "FLOAT[3] needs 12 bytes, got 8 bytes");
    tensor(t -> t.setDims(0, 3).clearRawData(), "FLOAT[3] needs 3 elements, got 0");
    tensor(t -> t.addFloatData(1), "holds its elements in more than one field");
    tensor(t -> t.addInt64Data(1), "holds its elements in more than one field");
    tensor(t -> t.setDataType(DataType.INT4.code()), "INT4[2] needs 1 bytes, got 8 bytes");
    tensor(t -> t.setDataType(DataType.STRING.code()), "STRING[2] cannot be raw");
    tensor(
        t -> t.clearRawData().setDataType(DataType.COMPLEX64.code()).addFloatData(1),
        "COMPLEX64[2] needs 4 elements, got 1");
    unsupported(withTensor(t -> t.setDataType(99)), "element type 99, which is not known");
  }

  @Test
  void faultsInsideAttributesNameTheNode() {
    var broken = tensor("t").toBuilder().setDims(0, 5);
    invalid(
        graph(
            g ->
                g.getNodeBuilder(0)
                    .setName("const")
                    .addAttribute(AttributeProto.newBuilder().setName("value").setT(broken))),
        "node 'const' ('Relu'), attribute 'value': tensor 't' FLOAT[5] needs 20 bytes");
  }

  @Test
  void sparseTensorsThatContradictThemselves() {
    sparse(s -> s.getIndicesBuilder().setDataType(DataType.INT32.code()), "needs 8 bytes");
    sparse(s -> s.setIndices(Tensor.vector(0L, 9L).proto()), "with index 9 outside 0..9");
    sparse(s -> s.setIndices(Tensor.vector(-1L, 1L).proto()), "with index -1");
    sparse(s -> s.setIndices(Tensor.vector(1L).proto()), "with 2 values, but indices of shape [1]");
    sparse(
        s -> s.setIndices(Tensor.longs(new long[] {2, 2}, 0, 1, 2, 3).proto()), "indices of shape");
  }

  @ParameterizedTest
  @CsvSource({
    "offset,-1,'external data offset \\u0027-1\\u0027, not a number of bytes'",
    "length,1e3,not a number of bytes",
    "length,99999999999999999999,not a number of bytes",
    "location,'',names no file",
    "length,4,'FLOAT[2] needs 8 bytes, got 4'"
  })
  void externalNumbers(String key, String value, String fault) {
    var tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addDims(2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "f"))
            .addExternalData(entry(key, value));
    assertThatThrownBy(
            () ->
                OnnxReader.read(
                    ByteBuffer.wrap(graph(g -> g.addInitializer(tensor))),
                    "m.onnx",
                    (location, offset, length) -> ByteBuffer.allocate((int) length)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("m.onnx: tensor 'w'")
        .hasMessageContaining(fault.replace("\\u0027", "'"));
  }

  @Test
  void aModelGivenAsBytesHasNoFolder() {
    invalid(
        withTensor(
            t ->
                t.clearRawData()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", "weights"))),
        "external data 'weights' is not available");
  }

  @Test
  void smallFilesThatWouldTakeAllMemory() {
    invalid(
        computing("ConstantOfShape", Tensor.vector(1L << 20, 1L << 20)),
        "node 'big' ('ConstantOfShape') makes a tensor of 1099511627776 elements");
    invalid(computing("Expand", Tensor.vector(1L), Tensor.vector(1L << 40)), "'Expand'");
    invalid(computing("Tile", Tensor.vector(1L), Tensor.vector(1L << 62, 1L << 62)), "'Tile'");
    invalid(
        computing("Range", Tensor.scalar(0), Tensor.scalar(1e12f), Tensor.scalar(1)), "'Range'");
    TestModels.read(computing("ConstantOfShape", Tensor.vector(1L << 10, 1L << 10)));
  }

  @Test
  void hugeConstantsInsideSubgraphsToo() {
    var body =
        GraphProto.newBuilder()
            .setName("body")
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("ConstantOfShape")
                    .addInput("outer")
                    .addOutput("inner"))
            .build();
    invalid(
        graph(
            g ->
                g.addInitializer(Tensor.vector(1L << 50).proto().toBuilder().setName("outer"))
                    .addNode(holding(body))),
        "('ConstantOfShape') makes a tensor of");
  }

  @Test
  void nesting() {
    var body = GraphProto.newBuilder().setName("g").build();
    for (int i = 0; i < 20; i++) {
      body = GraphProto.newBuilder().setName("g").addNode(holding(body)).build();
    }
    var deep = body;
    unsupported(graph(g -> g.addNode(holding(deep))), "nested more than 16 levels");
    for (int i = 0; i < 200; i++) {
      body = GraphProto.newBuilder().setName("g").addNode(holding(body)).build();
    }
    var deeper = body;
    invalid(graph(g -> g.addNode(holding(deeper))), "not an ONNX model");
  }

  @Test
  void functionsThatCallThemselvesOrExplode() {
    invalid(
        change(m -> m.addFunctions(calling("f", "g")).addFunctions(calling("g", "f"))),
        "function 'f' calls itself");
    invalid(
        change(m -> m.addFunctions(calling("f")).addFunctions(calling("f"))),
        "function 'f' is defined twice");
    unsupported(
        change(
            m -> {
              for (int i = 0; i < 12; i++) {
                var next = "f" + (i + 1);
                m.addFunctions(calling("f" + i, next, next, next, next, next, next, next, next));
              }
              m.addFunctions(calling("f12", "leaf"));
              m.getGraphBuilder()
                  .addNode(NodeProto.newBuilder().setDomain("d").setOpType("f0").addOutput("z"));
            }),
        "more than 1000000 nodes");
  }

  @Test
  void manyTinyMessagesAreStoppedBeforeTheyAreBuilt() throws IOException {
    var out = new ByteArrayOutputStream();
    var nodes = new byte[16 << 20];
    for (int i = 0; i < nodes.length; i += 2) {
      nodes[i] = GraphProto.NODE_FIELD_NUMBER << 3 | 2;
    }
    out.write(change(m -> {}));
    out.write(ModelProto.GRAPH_FIELD_NUMBER << 3 | 2);
    out.write(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, 8});
    out.write(nodes);
    unsupported(out.toByteArray(), "takes more than 1073741824 bytes of memory");
  }

  @Test
  void namesInMessagesAreHarmless() {
    assertThatThrownBy(
            () ->
                TestModels.read(
                    graph(g -> g.getNodeBuilder(0).setInput(0, "\033[31m\n" + "a".repeat(500)))))
        .message()
        .contains("'?[31m?aaa")
        .contains("…'")
        .hasSizeLessThan(300);
  }

  private static void tensor(Consumer<TensorProto.Builder> change, String fault) {
    invalid(withTensor(change), fault);
  }

  private static byte[] withTensor(Consumer<TensorProto.Builder> change) {
    var tensor = tensor("w").toBuilder();
    change.accept(tensor);
    return graph(g -> g.addInitializer(tensor));
  }

  private static void sparse(Consumer<SparseTensorProto.Builder> change, String fault) {
    var sparse =
        SparseTensorProto.newBuilder()
            .setValues(tensor("s"))
            .setIndices(Tensor.vector(0L, 4L).proto())
            .addDims(9);
    TestModels.read(graph(g -> g.addSparseInitializer(sparse)));
    change.accept(sparse);
    invalid(graph(g -> g.addSparseInitializer(sparse)), fault);
  }

  /** A model with a node {@code big} over constants. */
  private static byte[] computing(String opType, Tensor... inputs) {
    return graph(
        g -> {
          var big = NodeProto.newBuilder().setName("big").setOpType(opType).addOutput("z");
          for (int i = 0; i < inputs.length; i++) {
            g.addInitializer(inputs[i].proto().toBuilder().setName("c" + i));
            big.addInput("c" + i);
          }
          g.addNode(big);
        });
  }

  private static FunctionProto calling(String name, String... callees) {
    var function = FunctionProto.newBuilder().setDomain("d").setName(name);
    for (int i = 0; i < callees.length; i++) {
      function.addNode(
          NodeProto.newBuilder().setDomain("d").setOpType(callees[i]).addOutput("o" + i));
    }
    return function.build();
  }

  private static NodeProto holding(GraphProto body) {
    return NodeProto.newBuilder()
        .setOpType("Holder")
        .setDomain("com.example")
        .addAttribute(AttributeProto.newBuilder().setName("body").setG(body))
        .build();
  }

  private static AttributeProto ints(String name) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .build();
  }

  private static TensorProto tensor(String name) {
    return Tensor.vector(1f, 2f).proto().toBuilder().setName(name).build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** {@code x → Relu → h → Relu → y}, changed. */
  private static byte[] change(Consumer<ModelProto.Builder> change) {
    var model =
        TestModels.of(
            new long[] {2},
            List.of("y"),
            node("Relu", List.of("x"), "h"),
            node("Relu", List.of("h"), "y"));
    var proto = OnnxWriter.toProto(model).toBuilder();
    change.accept(proto);
    return proto.build().toByteArray();
  }

  private static byte[] graph(Consumer<GraphProto.Builder> change) {
    return change(model -> change.accept(model.getGraphBuilder()));
  }

  private static void invalid(byte[] bytes, String fault) {
    assertThatThrownBy(() -> TestModels.read(bytes))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("test.onnx: ")
        .hasMessageContaining(fault);
  }

  private static void unsupported(byte[] bytes, String fault) {
    assertThatThrownBy(() -> TestModels.read(bytes))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith("test.onnx: ")
        .hasMessageContaining(fault);
  }
}
