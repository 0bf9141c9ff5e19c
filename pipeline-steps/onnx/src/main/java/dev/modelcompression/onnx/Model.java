package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An ONNX model: header, operator sets, functions and the main {@link Graph}.
 *
 * <p>Functions, training information and unknown fields are kept as read and written back.
 */
public final class Model {
  private final ModelProto header;
  private final Map<String, Long> opsets;
  private final Map<String, String> metadata;
  private final Graph graph;
  private long irVersion;

  Model(ModelProto header, Graph graph) {
    this.header = header.toBuilder().clearGraph().build();
    this.graph = graph;
    this.irVersion = header.getIrVersion();
    this.opsets = opsets(header);
    this.metadata = metadata(header);
  }

  /** A new model with the given version of the standard operator set. */
  public Model(Graph graph, long irVersion, long opset) {
    this(
        ModelProto.newBuilder()
            .setIrVersion(irVersion)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .build(),
        graph);
  }

  public Graph graph() {
    return graph;
  }

  public long irVersion() {
    return irVersion;
  }

  public void setIrVersion(long version) {
    irVersion = version;
  }

  /** Version of the standard operator set. */
  public long opset() {
    return opset("");
  }

  /** Version of one domain's operator set; 0 when the model does not import it. */
  public long opset(String domain) {
    return opsets.getOrDefault(domain(domain), 0L);
  }

  public void setOpset(String domain, long version) {
    opsets.put(domain(domain), version);
  }

  /** Key–value pairs of the model's author; live and mutable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  public String producerName() {
    return header.getProducerName();
  }

  public boolean hasFunctions() {
    return header.getFunctionsCount() > 0;
  }

  /** An independent model; constant tensors, which are immutable, are shared. */
  public Model copy() {
    return OnnxReader.of(header(), graphCopy());
  }

  private Graph graphCopy() {
    var copy = new Graph(graph.header());
    graph.initializers().forEach(copy::setInitializer);
    copy.sparseInitializers().putAll(graph.sparseInitializers());
    graph.inputs().forEach(copy::addInput);
    graph.outputs().forEach(copy::addOutput);
    graph.valueInfos().values().forEach(copy::putValueInfo);
    copy.quantizationAnnotations().addAll(graph.quantizationAnnotations());
    graph.nodes().forEach(node -> copy.add(node.copy()));
    return copy;
  }

  /** Everything but the graph; what was not changed is as read, to the byte. */
  ModelProto header() {
    var builder = header.toBuilder();
    if (irVersion != header.getIrVersion()) {
      builder.setIrVersion(irVersion);
    }
    if (!opsets.equals(opsets(header))) {
      builder.clearOpsetImport();
      opsets.forEach((domain, version) -> builder.addOpsetImport(opset(domain, version)));
    }
    if (!metadata.equals(metadata(header))) {
      builder.clearMetadataProps();
      metadata.forEach(
          (key, value) ->
              builder.addMetadataProps(
                  StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    }
    return builder.build();
  }

  private static Map<String, Long> opsets(ModelProto header) {
    var opsets = new LinkedHashMap<String, Long>();
    header
        .getOpsetImportList()
        .forEach(set -> opsets.put(domain(set.getDomain()), set.getVersion()));
    return opsets;
  }

  private static Map<String, String> metadata(ModelProto header) {
    var metadata = new LinkedHashMap<String, String>();
    header.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    return metadata;
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static String domain(String name) {
    return name.equals("ai.onnx") ? "" : name;
  }
}
