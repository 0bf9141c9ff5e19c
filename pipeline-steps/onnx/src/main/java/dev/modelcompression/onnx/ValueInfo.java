package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.Optional;

/**
 * Name and type of a value: a graph input, output or annotated intermediate. Keeps the message it
 * was read from.
 */
public final class ValueInfo {
  /** Stands for a dimension that is symbolic or not stated. */
  public static final long UNKNOWN = -1;

  private final ValueInfoProto proto;

  ValueInfo(ValueInfoProto proto) {
    this.proto = proto;
  }

  /** A tensor value; {@link #UNKNOWN} dimensions are written without a value. */
  public static ValueInfo tensor(String name, DataType type, long... shape) {
    var dims = TensorShapeProto.newBuilder();
    for (long dim : shape) {
      var builder = dims.addDimBuilder();
      if (dim >= 0) {
        builder.setDimValue(dim);
      }
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type.code()).setShape(dims);
    return new ValueInfo(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(TypeProto.newBuilder().setTensorType(tensor))
            .build());
  }

  /** A value of which only the name is known; type and shape are left to inference. */
  public static ValueInfo untyped(String name) {
    return new ValueInfo(ValueInfoProto.newBuilder().setName(name).build());
  }

  public String name() {
    return proto.getName();
  }

  /** Element type, or {@link DataType#UNDEFINED} when this is not a tensor or not typed. */
  public DataType type() {
    return proto.getType().hasTensorType()
        ? DataType.of(proto.getType().getTensorType().getElemType())
        : DataType.UNDEFINED;
  }

  /** Dimensions with {@link #UNKNOWN} where symbolic; empty when even the rank is unknown. */
  public Optional<long[]> shape() {
    if (!proto.getType().hasTensorType() || !proto.getType().getTensorType().hasShape()) {
      return Optional.empty();
    }
    return Optional.of(
        proto.getType().getTensorType().getShape().getDimList().stream()
            .mapToLong(
                dim -> dim.hasDimValue() && dim.getDimValue() >= 0 ? dim.getDimValue() : UNKNOWN)
            .toArray());
  }

  /**
   * The same tensor value with these dimensions; {@link #UNKNOWN} leaves one as it is, with its
   * symbolic name.
   *
   * @throws IllegalArgumentException this is no tensor
   */
  public ValueInfo withShape(long... shape) {
    if (!proto.getType().hasTensorType()) {
      throw new IllegalArgumentException("value '" + name() + "' is not a tensor");
    }
    var before = proto.getType().getTensorType().getShape();
    var copy = proto.toBuilder();
    var dims = copy.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().clearDim();
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] >= 0) {
        dims.addDimBuilder().setDimValue(shape[i]);
      } else if (i < before.getDimCount() && !before.getDim(i).hasDimValue()) {
        dims.addDim(before.getDim(i));
      } else {
        dims.addDimBuilder();
      }
    }
    return new ValueInfo(copy.build());
  }

  public ValueInfo withName(String name) {
    return new ValueInfo(proto.toBuilder().setName(name).build());
  }

  ValueInfoProto proto() {
    return proto;
  }

  @Override
  public String toString() {
    return name() + ": " + type() + shape().map(Arrays::toString).orElse("[?]");
  }
}
