package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorAnnotation;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Models that are valid ONNX and use all of its form: every element type in every encoding,
 * attributes of every kind, subgraphs that read outer values, functions, sparse and training data,
 * fields of a later specification. What their operators compute makes no sense.
 */
final class RandomModels {
  private static final int MAX_DEPTH = 2;

  private final Random random;
  private int names;

  private RandomModels(long seed) {
    random = new Random(seed);
  }

  static ModelProto of(long seed) {
    return new RandomModels(seed).model();
  }

  private ModelProto model() {
    var model =
        ModelProto.newBuilder()
            .setIrVersion(4 + random.nextInt(8))
            .setProducerName("random")
            .addOpsetImport(opset("", 11 + random.nextInt(12)))
            .addOpsetImport(opset("com.example", 1));
    var graph = GraphProto.newBuilder().setName("main");
    var values = new ArrayList<String>();
    for (int i = 0; i < 2; i++) {
      var input = valueInfo(fresh("in"));
      values.add(input.getName());
      graph.addInput(input);
    }
    fill(graph, values, 0);
    graph.addOutput(valueInfo(pick(values)));
    graph.addValueInfo(valueInfo(fresh("gone")));
    graph.addQuantizationAnnotation(
        TensorAnnotation.newBuilder()
            .setTensorName(pick(values))
            .addQuantParameterTensorNames(entry("SCALE_TENSOR", pick(values))));
    graph.setDocString("doc").addMetadataProps(entry("k", "graph"));
    graph.setUnknownFields(unknown());
    model.setGraph(graph);
    if (random.nextBoolean()) {
      model.addFunctions(function());
    }
    if (random.nextBoolean()) {
      model.addTrainingInfo(
          TrainingInfoProto.newBuilder()
              .setAlgorithm(GraphProto.newBuilder().setName("t").addInitializer(tensor("lr")))
              .addUpdateBinding(entry("a", "b")));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      model.addMetadataProps(entry("key" + i, "välue"));
    }
    return model.setUnknownFields(unknown()).build();
  }

  /** Adds constants and nodes; each node may read what is in {@code values} by then. */
  private void fill(GraphProto.Builder graph, List<String> values, int depth) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      var tensor = tensor(fresh("w"));
      values.add(tensor.getName());
      graph.addInitializer(tensor);
    }
    if (random.nextInt(3) == 0) {
      var sparse = sparse(fresh("sparse"));
      values.add(sparse.getValues().getName());
      graph.addSparseInitializer(sparse);
    }
    for (int i = 1 + random.nextInt(depth == 0 ? 8 : 3); i > 0; i--) {
      var node = node(values, depth);
      node.getOutputList().stream().filter(name -> !name.isEmpty()).forEach(values::add);
      graph.addNode(node);
    }
  }

  private NodeProto node(List<String> values, int depth) {
    var node =
        NodeProto.newBuilder()
            .setOpType("Op" + random.nextInt(5))
            .setDomain(random.nextBoolean() ? "com.example" : "");
    if (random.nextBoolean()) {
      node.setName(random.nextInt(4) == 0 ? "" : fresh("node"));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      node.addInput(random.nextInt(4) == 0 ? "" : pick(values));
    }
    node.addOutput(fresh("v"));
    if (random.nextBoolean()) {
      node.addOutput("").addOutput(fresh("v"));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      node.addAttribute(attribute(values, depth));
    }
    if (random.nextInt(4) == 0) {
      node.setDocString("doc").setOverload("o").addMetadataProps(entry("k", "node"));
      node.setUnknownFields(unknown());
    }
    return node.build();
  }

  private AttributeProto attribute(List<String> values, int depth) {
    var attribute = AttributeProto.newBuilder().setName(fresh("attr"));
    switch (random.nextInt(depth < MAX_DEPTH ? 14 : 12)) {
      case 0 -> attribute.setType(AttributeType.FLOAT).setF(random.nextFloat());
      case 1 -> attribute.setType(AttributeType.INT).setI(random.nextLong());
      case 2 -> attribute.setType(AttributeType.STRING).setS(bytes(5));
      case 3 -> attribute.setType(AttributeType.TENSOR).setT(tensor(""));
      case 4 -> attribute.setType(AttributeType.FLOATS).addFloats(1).addFloats(Float.NaN);
      case 5 -> attribute.setType(AttributeType.INTS).addInts(-1).addInts(Long.MAX_VALUE);
      case 6 -> attribute.setType(AttributeType.STRINGS).addStrings(bytes(0)).addStrings(bytes(3));
      case 7 ->
          attribute.setType(AttributeType.TENSORS).addTensors(tensor("")).addTensors(tensor("t"));
      case 8 -> attribute.setType(AttributeType.SPARSE_TENSOR).setSparseTensor(sparse("s"));
      case 9 -> attribute.setType(AttributeType.SPARSE_TENSORS).addSparseTensors(sparse("s"));
      case 10 -> attribute.setType(AttributeType.TYPE_PROTO).setTp(type());
      case 11 -> attribute.setType(AttributeType.TYPE_PROTOS).addTypeProtos(type());
      case 12 -> attribute.setType(AttributeType.GRAPH).setG(subgraph(values, depth));
      default ->
          attribute
              .setType(AttributeType.GRAPHS)
              .addGraphs(subgraph(values, depth))
              .addGraphs(subgraph(values, depth));
    }
    return attribute.setDocString("why").build();
  }

  private GraphProto subgraph(List<String> outer, int depth) {
    var graph = GraphProto.newBuilder().setName(fresh("body"));
    var values = new ArrayList<>(outer);
    var input = valueInfo(fresh("in"));
    graph.addInput(input);
    values.add(input.getName());
    fill(graph, values, depth + 1);
    return graph.addOutput(valueInfo(values.get(values.size() - 1))).build();
  }

  private FunctionProto function() {
    var values = new ArrayList<>(List.of("a", "b"));
    var function =
        FunctionProto.newBuilder()
            .setName("Fn")
            .setDomain("com.example.fn")
            .setOverload("variant")
            .addAllInput(values)
            .addAttribute("alpha")
            .addOpsetImport(opset("", 17));
    for (int i = 0; i < 3; i++) {
      var node = node(values, MAX_DEPTH);
      values.add(node.getOutput(0));
      function.addNode(node);
    }
    return function.addOutput(values.get(values.size() - 1)).build();
  }

  private SparseTensorProto sparse(String name) {
    var indices = Tensor.longs(new long[] {2, 2}, 0, 1, 3, 2).proto();
    var values = Tensor.floats(new long[] {2}, 5, 6).proto().toBuilder().setName(name);
    return SparseTensorProto.newBuilder()
        .setValues(values)
        .setIndices(indices)
        .addDims(4)
        .addDims(3)
        .build();
  }

  private TensorProto tensor(String name) {
    var types = DataType.values();
    var type = types[1 + random.nextInt(types.length - 1)];
    var shape = new long[random.nextInt(4)];
    int elements = 1;
    var tensor = TensorProto.newBuilder().setDataType(type.code());
    for (int i = 0; i < shape.length; i++) {
      shape[i] = random.nextInt(4);
      elements *= (int) shape[i];
      tensor.addDims(shape[i]);
    }
    if (!name.isEmpty()) {
      tensor.setName(name);
    }
    if (type == DataType.STRING) {
      for (int i = 0; i < elements; i++) {
        tensor.addStringData(bytes(random.nextInt(4)));
      }
    } else if (random.nextBoolean()) {
      tensor.setRawData(bytes((int) type.bytes(elements)));
    } else {
      typed(tensor, type, elements);
    }
    return tensor.build();
  }

  private void typed(TensorProto.Builder tensor, DataType type, int elements) {
    int entries =
        switch (type) {
          case COMPLEX64, COMPLEX128 -> 2 * elements;
          case UINT4, INT4, FLOAT4E2M1 -> (elements + 1) / 2;
          default -> elements;
        };
    for (int i = 0; i < entries; i++) {
      switch (type) {
        case FLOAT, COMPLEX64 -> tensor.addFloatData(random.nextFloat());
        case DOUBLE, COMPLEX128 -> tensor.addDoubleData(random.nextDouble());
        case INT64 -> tensor.addInt64Data(random.nextLong());
        case UINT32, UINT64 -> tensor.addUint64Data(random.nextInt(1000));
        default -> tensor.addInt32Data(random.nextInt(2));
      }
    }
  }

  private ValueInfoProto valueInfo(String name) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(type())
        .setDocString("doc")
        .addMetadataProps(entry("k", "value"))
        .build();
  }

  private TypeProto type() {
    var shape =
        TensorShapeProto.newBuilder()
            .addDim(
                TensorShapeProto.Dimension.newBuilder()
                    .setDimParam("N")
                    .setDenotation("DATA_BATCH"))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(3))
            .addDim(TensorShapeProto.Dimension.getDefaultInstance());
    var tensor =
        TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))
            .setDenotation("IMAGE");
    return random.nextBoolean()
        ? tensor.build()
        : TypeProto.newBuilder()
            .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(tensor))
            .build();
  }

  private UnknownFieldSet unknown() {
    return UnknownFieldSet.newBuilder()
        .addField(901, UnknownFieldSet.Field.newBuilder().addVarint(random.nextLong()).build())
        .addField(902, UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes(4)).build())
        .build();
  }

  private ByteString bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private String fresh(String prefix) {
    return prefix + names++;
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
