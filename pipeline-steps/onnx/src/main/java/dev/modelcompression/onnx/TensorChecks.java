package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;

/** Whether what a tensor says about itself and what it holds agree. */
final class TensorChecks {
  private static final int MAX_RANK = 64;

  private TensorChecks() {}

  /**
   * Checks type, dimensions and, unless they are elsewhere, the number of elements.
   *
   * @throws InvalidModelException they disagree
   * @throws UnsupportedModelException an element type or a form that is not known here
   */
  static void check(TensorProto tensor) {
    var type = DataType.of(tensor.getDataType());
    if (type == DataType.UNDEFINED) {
      if (tensor.getDataType() == 0) {
        throw fault(tensor, "has no element type");
      }
      throw new UnsupportedModelException(
          name(tensor) + " has element type " + tensor.getDataType() + ", which is not known");
    }
    if (tensor.hasSegment()) {
      throw new UnsupportedModelException(name(tensor) + " is stored in segments");
    }
    long elements = elements(tensor, tensor.getDimsList());
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      checkPayload(tensor, type, elements);
    } else if (type == DataType.STRING) {
      throw fault(tensor, "holds strings, which cannot be external");
    }
  }

  /** Checks that bytes from elsewhere are as many as type and shape need. */
  static void checkExternal(TensorProto tensor, long bytes) {
    var type = DataType.of(tensor.getDataType());
    long expected = bytes(tensor, type, elements(tensor, tensor.getDimsList()));
    if (bytes != expected) {
      throw fault(tensor, type + shape(tensor) + " needs " + expected + " bytes, got " + bytes);
    }
  }

  /**
   * Checks values, indices and dimensions of a sparse tensor against each other.
   *
   * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">SparseTensorProto</a>
   */
  static void check(SparseTensorProto sparse) {
    var values = sparse.getValues();
    var indices = sparse.getIndices();
    check(values);
    check(indices);
    if (values.getDimsCount() != 1) {
      throw fault(values, "is sparse, so its values need one dimension, not " + shape(values));
    }
    if (indices.getDataType() != DataType.INT64.code()) {
      throw fault(values, "is sparse with indices that are not INT64");
    }
    long stored = values.getDims(0);
    boolean linear = indices.getDimsCount() == 1;
    boolean coordinates =
        indices.getDimsCount() == 2 && indices.getDims(1) == sparse.getDimsCount();
    if (!(linear || coordinates) || indices.getDims(0) != stored) {
      throw fault(
          values, "is sparse with " + stored + " values, but indices of shape " + shape(indices));
    }
    long elements = elements(values, sparse.getDimsList());
    if (indices.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      checkIndices(sparse, linear ? List.of(elements) : sparse.getDimsList());
    }
  }

  private static void checkIndices(SparseTensorProto sparse, List<Long> bounds) {
    long[] indices = new Tensor(sparse.getIndices(), null).longs();
    for (int i = 0; i < indices.length; i++) {
      long bound = bounds.get(i % bounds.size());
      if (indices[i] < 0 || indices[i] >= bound) {
        throw fault(
            sparse.getValues(), "is sparse with index " + indices[i] + " outside 0.." + bound);
      }
    }
  }

  private static void checkPayload(TensorProto tensor, DataType type, long elements) {
    int typed = typedCount(tensor, type);
    int foreign = allTypedCounts(tensor) - typed;
    if (foreign > 0 || (tensor.hasRawData() && typed > 0)) {
      throw fault(tensor, type + shape(tensor) + " holds its elements in more than one field");
    }
    if (tensor.hasRawData()) {
      long expected = type == DataType.STRING ? -1 : bytes(tensor, type, elements);
      if (tensor.getRawData().size() != expected) {
        throw fault(
            tensor,
            type
                + shape(tensor)
                + (expected < 0 ? " cannot be raw" : " needs " + expected + " bytes")
                + ", got "
                + tensor.getRawData().size()
                + " bytes");
      }
      return;
    }
    long expected = typedEntries(tensor, type, elements);
    if (typed != expected) {
      throw fault(tensor, type + shape(tensor) + " needs " + expected + " elements, got " + typed);
    }
  }

  /** Entries in the typed field: complex numbers take two, and two sub-byte numbers share one. */
  private static long typedEntries(TensorProto tensor, DataType type, long elements) {
    return switch (type) {
      case COMPLEX64, COMPLEX128 -> bytes(tensor, type, elements) / (type.bits() / 16);
      case UINT4, INT4, FLOAT4E2M1 -> type.bytes(elements);
      default -> elements;
    };
  }

  private static int typedCount(TensorProto tensor, DataType type) {
    return switch (type) {
      case FLOAT, COMPLEX64 -> tensor.getFloatDataCount();
      case DOUBLE, COMPLEX128 -> tensor.getDoubleDataCount();
      case INT64 -> tensor.getInt64DataCount();
      case UINT32, UINT64 -> tensor.getUint64DataCount();
      case STRING -> tensor.getStringDataCount();
      default -> tensor.getInt32DataCount();
    };
  }

  private static int allTypedCounts(TensorProto tensor) {
    return tensor.getFloatDataCount()
        + tensor.getDoubleDataCount()
        + tensor.getInt32DataCount()
        + tensor.getInt64DataCount()
        + tensor.getUint64DataCount()
        + tensor.getStringDataCount();
  }

  private static long elements(TensorProto tensor, List<Long> dims) {
    if (dims.size() > MAX_RANK) {
      throw fault(tensor, "has " + dims.size() + " dimensions; at most " + MAX_RANK + " work");
    }
    long elements = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw fault(tensor, "has a negative dimension: " + dims);
      }
      if (dim > 0 && elements > Long.MAX_VALUE / dim) {
        throw fault(tensor, "has more elements than can be counted: " + dims);
      }
      elements *= dim;
    }
    return elements;
  }

  private static long bytes(TensorProto tensor, DataType type, long elements) {
    if (elements > Long.MAX_VALUE / 16) {
      throw fault(tensor, "has more elements than can be stored: " + shape(tensor));
    }
    return type.bytes(elements);
  }

  private static String shape(TensorProto tensor) {
    return tensor.getDimsList().toString();
  }

  private static String name(TensorProto tensor) {
    return "tensor " + Fault.quoted(tensor.getName());
  }

  private static InvalidModelException fault(TensorProto tensor, String what) {
    return new InvalidModelException(name(tensor) + " " + what);
  }
}
