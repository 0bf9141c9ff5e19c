package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the bytes of tensors that a model keeps outside its message. */
final class ExternalTensors {
  private static final Map<Descriptor, List<FieldDescriptor>> HOLDERS = holders();

  private final ExternalData external;

  ExternalTensors(ExternalData external) {
    this.external = external;
  }

  static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /** Names of the files that external tensors anywhere in a message are in. */
  static SortedSet<String> locations(Message message) {
    SortedSet<String> found = new TreeSet<>();
    collectLocations(message, found);
    return found;
  }

  private static void collectLocations(Message message, Set<String> found) {
    if (message instanceof TensorProto tensor) {
      if (isExternal(tensor)) {
        tensor.getExternalDataList().stream()
            .filter(entry -> entry.getKey().equals("location"))
            .forEach(entry -> found.add(entry.getValue()));
      }
      return;
    }
    for (var field : HOLDERS.getOrDefault(message.getDescriptorForType(), List.of())) {
      if (field.isRepeated()) {
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
          collectLocations((Message) message.getRepeatedField(field, i), found);
        }
      } else if (message.hasField(field)) {
        collectLocations((Message) message.getField(field), found);
      }
    }
  }

  /**
   * The bytes of an external tensor.
   *
   * @throws InvalidModelException location, offset or length are faulty, or not what type and shape
   *     need
   */
  ByteBuffer map(TensorProto tensor) {
    TensorChecks.check(tensor);
    String location = "";
    long offset = 0;
    long length = -1;
    for (var entry : tensor.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = number(tensor, "offset", entry.getValue());
        case "length" -> length = number(tensor, "length", entry.getValue());
        default -> {} // "checksum", and what later specifications add
      }
    }
    if (location.isEmpty()) {
      throw fault(tensor, "is external, but names no file");
    }
    ByteBuffer bytes;
    try {
      bytes = external.map(location, offset, length);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(
          "tensor " + Fault.quoted(tensor.getName()) + ": " + e.getMessage(), e);
    }
    TensorChecks.checkExternal(tensor, bytes.remaining());
    return bytes;
  }

  /**
   * The model with everything inside its message that was outside, except for the initializers of
   * the main graph, which stay where they are.
   */
  ModelProto inline(ModelProto model) {
    var copy = model.toBuilder();
    copy.getGraphBuilder().clearInitializer();
    var inlined = ((ModelProto) within(copy.build())).toBuilder();
    inlined.getGraphBuilder().addAllInitializer(model.getGraph().getInitializerList());
    return inlined.build();
  }

  /** The very same message when nothing in it is external. */
  @SuppressWarnings("ReferenceEquality") // another object is what says that something changed
  private Message within(Message message) {
    if (message instanceof TensorProto tensor) {
      return isExternal(tensor) ? inline(tensor) : tensor;
    }
    var copy = message.toBuilder();
    boolean changed = false;
    for (var field : HOLDERS.getOrDefault(message.getDescriptorForType(), List.of())) {
      if (!field.isRepeated()) {
        var before = (Message) message.getField(field);
        var after = message.hasField(field) ? within(before) : before;
        if (after != before) {
          copy.setField(field, after);
          changed = true;
        }
        continue;
      }
      for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
        var before = (Message) message.getRepeatedField(field, i);
        var after = within(before);
        if (after != before) {
          copy.setRepeatedField(field, i, after);
          changed = true;
        }
      }
    }
    return changed ? copy.build() : message;
  }

  private TensorProto inline(TensorProto tensor) {
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(UnsafeByteOperations.unsafeWrap(map(tensor)))
        .build();
  }

  /** Fields that lead to tensors, for each message that has any. */
  private static Map<Descriptor, List<FieldDescriptor>> holders() {
    var types =
        Set.of(
            ModelProto.getDescriptor(),
            GraphProto.getDescriptor(),
            NodeProto.getDescriptor(),
            AttributeProto.getDescriptor(),
            FunctionProto.getDescriptor(),
            SparseTensorProto.getDescriptor(),
            TrainingInfoProto.getDescriptor(),
            TensorProto.getDescriptor());
    return types.stream()
        .filter(type -> type != TensorProto.getDescriptor())
        .collect(
            Collectors.toMap(
                Function.identity(),
                type ->
                    type.getFields().stream()
                        .filter(field -> field.getJavaType() == JavaType.MESSAGE)
                        .filter(field -> types.contains(field.getMessageType()))
                        .toList()));
  }

  private static long number(TensorProto tensor, String key, String text) {
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, together with negative numbers
    }
    throw fault(
        tensor, "has external data " + key + " " + Fault.quoted(text) + ", not a number of bytes");
  }

  private static InvalidModelException fault(TensorProto tensor, String what) {
    return new InvalidModelException("tensor " + Fault.quoted(tensor.getName()) + " " + what);
  }
}
