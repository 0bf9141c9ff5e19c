package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operator call. Inputs and outputs are value names; an empty name is an optional one left out.
 *
 * <p>Mutable; edits of a node inside a graph keep that graph's index up to date.
 */
public final class Node {
  private final NodeProto header;
  private String name;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();
  private Subgraphs subgraphs;
  @Nullable Graph owner;

  Node(NodeProto proto) {
    header = proto.toBuilder().clearInput().clearOutput().clearAttribute().build();
    name = proto.getName();
    inputs = new ArrayList<>(proto.getInputList());
    outputs = new ArrayList<>(proto.getOutputList());
    for (var attribute : proto.getAttributeList()) {
      attributes.put(attribute.getName(), attribute);
    }
    subgraphs = Subgraphs.of(attributes.values());
  }

  /** A node of the standard operator set that belongs to no graph yet. */
  public static Node of(String opType, String name, List<String> inputs, List<String> outputs) {
    return of("", opType, name, inputs, outputs);
  }

  /** A node of any domain that belongs to no graph yet. */
  public static Node of(
      String domain, String opType, String name, List<String> inputs, List<String> outputs) {
    return new Node(
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(opType)
            .setName(name)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .build());
  }

  public String name() {
    return name;
  }

  public void setName(String name) {
    this.name = name;
  }

  public String opType() {
    return header.getOpType();
  }

  /** Operator set, with the standard one always as the empty string. */
  public String domain() {
    return header.getDomain().equals("ai.onnx") ? "" : header.getDomain();
  }

  /** Whether this is the standard operator {@code opType}. */
  public boolean is(String opType) {
    return domain().isEmpty() && header.getOpType().equals(opType);
  }

  /** Whether this is one of these standard operators. */
  public boolean isAny(String... opTypes) {
    return domain().isEmpty() && List.of(opTypes).contains(header.getOpType());
  }

  /** For messages: the name, or operator and first output where the exporter left nodes unnamed. */
  public String label() {
    return name.isEmpty() ? opType() + "→" + (outputs.isEmpty() ? "?" : outputs.get(0)) : name;
  }

  public List<String> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  public List<String> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  /** Name of input {@code index}; empty when left out or beyond the last. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  /** Name of the first output; empty for a node without any. */
  public String output() {
    return output(0);
  }

  /** Name of output {@code index}; empty when left out or beyond the last. */
  public String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  /** Sets input {@code index}, adding left-out inputs before it where needed. */
  public void setInput(int index, String value) {
    var before = List.copyOf(inputs);
    while (inputs.size() <= index) {
      inputs.add("");
    }
    inputs.set(index, value);
    changed(before, outputs);
  }

  /** Drops all inputs from {@code count} on. */
  public void truncateInputs(int count) {
    var before = List.copyOf(inputs);
    while (inputs.size() > count) {
      inputs.remove(inputs.size() - 1);
    }
    changed(before, outputs);
  }

  public void setOutput(int index, String value) {
    var before = List.copyOf(outputs);
    while (outputs.size() <= index) {
      outputs.add("");
    }
    outputs.set(index, value);
    changed(inputs, before);
  }

  /** Outer values that the subgraphs of this node read. */
  public Set<String> captures() {
    return subgraphs.captures();
  }

  /** Whether an attribute holds a graph, as those of If, Loop and Scan do. */
  public boolean hasSubgraph() {
    return attributes.values().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
  }

  /** Names of the values that the subgraphs of this node define. */
  Set<String> innerNames() {
    return subgraphs.defines();
  }

  public boolean hasAttribute(String attribute) {
    return attributes.containsKey(attribute);
  }

  public Set<String> attributeNames() {
    return Collections.unmodifiableSet(attributes.keySet());
  }

  /**
   * An INT attribute.
   *
   * @param otherwise what holds when the attribute is left out
   * @throws InvalidModelException the attribute has another type; so for all kinds below
   */
  public long attribute(String attribute, long otherwise) {
    var found = typed(attribute, AttributeProto.AttributeType.INT);
    return found == null ? otherwise : found.getI();
  }

  /** A FLOAT attribute. */
  public float attribute(String attribute, float otherwise) {
    var found = typed(attribute, AttributeProto.AttributeType.FLOAT);
    return found == null ? otherwise : found.getF();
  }

  /** A STRING attribute, as UTF-8 text. */
  public String attribute(String attribute, String otherwise) {
    var found = typed(attribute, AttributeProto.AttributeType.STRING);
    return found == null ? otherwise : found.getS().toStringUtf8();
  }

  /** An INTS attribute; a new array. */
  public long[] attribute(String attribute, long[] otherwise) {
    var found = typed(attribute, AttributeProto.AttributeType.INTS);
    return found == null
        ? otherwise.clone()
        : found.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** A FLOATS attribute; a new array. */
  public float[] attribute(String attribute, float[] otherwise) {
    var found = typed(attribute, AttributeProto.AttributeType.FLOATS);
    if (found == null) {
      return otherwise.clone();
    }
    var values = new float[found.getFloatsCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.getFloats(i);
    }
    return values;
  }

  /** A TENSOR attribute; empty when left out. */
  public Optional<Tensor> tensorAttribute(String attribute) {
    var found = typed(attribute, AttributeProto.AttributeType.TENSOR);
    return found != null ? Optional.of(new Tensor(found.getT(), null)) : Optional.empty();
  }

  public void setAttribute(String attribute, long value) {
    put(attribute, AttributeProto.AttributeType.INT, a -> a.setI(value));
  }

  public void setAttribute(String attribute, float value) {
    put(attribute, AttributeProto.AttributeType.FLOAT, a -> a.setF(value));
  }

  public void setAttribute(String attribute, String value) {
    put(
        attribute,
        AttributeProto.AttributeType.STRING,
        a -> a.setS(ByteString.copyFromUtf8(value)));
  }

  public void setAttribute(String attribute, long[] values) {
    put(
        attribute,
        AttributeProto.AttributeType.INTS,
        a -> {
          for (long value : values) {
            a.addInts(value);
          }
        });
  }

  public void setAttribute(String attribute, Tensor value) {
    put(attribute, AttributeProto.AttributeType.TENSOR, a -> a.setT(OnnxWriter.inline(value)));
  }

  public void removeAttribute(String attribute) {
    attributes.remove(attribute);
    attributesChanged();
  }

  /** A copy that belongs to no graph. */
  public Node copy() {
    return new Node(proto());
  }

  /** The attribute as read, for what this class has no accessor for. */
  Optional<AttributeProto> attributeProto(String attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }

  NodeProto proto() {
    var proto =
        header.toBuilder()
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(attributes.values());
    return (name.equals(header.getName()) ? proto : proto.setName(name)).build();
  }

  private @Nullable AttributeProto typed(String attribute, AttributeProto.AttributeType type) {
    var found = attributes.get(attribute);
    if (found == null
        || found.getType() == type
        || found.getType() == AttributeProto.AttributeType.UNDEFINED) {
      return found;
    }
    throw new InvalidModelException(
        "node "
            + Fault.quoted(label())
            + " has attribute "
            + Fault.quoted(attribute)
            + " of type "
            + found.getType()
            + "; expected "
            + type);
  }

  private void put(
      String attribute,
      AttributeProto.AttributeType type,
      java.util.function.Consumer<AttributeProto.Builder> value) {
    var builder = AttributeProto.newBuilder().setName(attribute).setType(type);
    value.accept(builder);
    attributes.put(attribute, builder.build());
    attributesChanged();
  }

  /** A subgraph may have gone with its attribute, and with it what it read. */
  private void attributesChanged() {
    var now = Subgraphs.of(attributes.values());
    if (!now.equals(subgraphs)) {
      var graph = owner;
      if (graph != null) {
        graph.unindex(this, inputs, outputs);
      }
      subgraphs = now;
      if (graph != null) {
        graph.index(this);
      }
    }
  }

  private void changed(List<String> inputsBefore, List<String> outputsBefore) {
    if (owner != null) {
      owner.reindex(this, inputsBefore, outputsBefore);
    }
  }

  @Override
  public String toString() {
    return opType() + " '" + label() + "' " + inputs + " → " + outputs;
  }
}
