package dev.modelcompression.onnx;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Types and shapes of the values of a main graph, as far as they are known. */
public final class Shapes {
  private final Map<String, ValueInfo> values;

  Shapes(Map<String, ValueInfo> values) {
    this.values = values;
  }

  /**
   * Dimensions of a value, {@link ValueInfo#UNKNOWN} where they depend on what is fed; empty when
   * even the rank is unknown.
   */
  public Optional<long[]> shape(String value) {
    return Optional.ofNullable(values.get(value)).flatMap(ValueInfo::shape);
  }

  /** Dimensions of a value; empty unless every one of them is known. */
  public Optional<long[]> fixedShape(String value) {
    return shape(value).filter(dims -> Arrays.stream(dims).allMatch(dim -> dim >= 0));
  }

  /** Element type; {@link DataType#UNDEFINED} when unknown or not a tensor. */
  public DataType type(String value) {
    var info = values.get(value);
    return info == null ? DataType.UNDEFINED : info.type();
  }

  /**
   * Number of elements of a value; empty unless its shape is fully known and the number fits a
   * long.
   */
  public Optional<Long> elements(String value) {
    try {
      return fixedShape(value).map(Tensor::elements);
    } catch (ArithmeticException tooLarge) {
      return Optional.empty();
    }
  }
}
