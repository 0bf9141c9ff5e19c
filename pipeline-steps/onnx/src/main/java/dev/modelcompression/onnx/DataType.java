package dev.modelcompression.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;

/**
 * Element types of {@code TensorProto.DataType}.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 */
public enum DataType {
  UNDEFINED(0, 0),
  FLOAT(1, 32),
  UINT8(2, 8),
  INT8(3, 8),
  UINT16(4, 16),
  INT16(5, 16),
  INT32(6, 32),
  INT64(7, 64),
  STRING(8, 0),
  BOOL(9, 8),
  FLOAT16(10, 16),
  DOUBLE(11, 64),
  UINT32(12, 32),
  UINT64(13, 64),
  COMPLEX64(14, 64),
  COMPLEX128(15, 128),
  BFLOAT16(16, 16),
  FLOAT8E4M3FN(17, 8),
  FLOAT8E4M3FNUZ(18, 8),
  FLOAT8E5M2(19, 8),
  FLOAT8E5M2FNUZ(20, 8),
  UINT4(21, 4),
  INT4(22, 4),
  FLOAT4E2M1(23, 4);

  private static final DataType[] BY_CODE = values();

  private final int code;
  private final int bits;

  DataType(int code, int bits) {
    this.code = code;
    this.bits = bits;
  }

  /** The type with this number, or {@link #UNDEFINED} for numbers of a later specification. */
  public static DataType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNDEFINED;
  }

  /** Number in {@link TensorProto#getDataType()}. */
  public int code() {
    return code;
  }

  /** Bits per element; 0 for strings and undefined. */
  public int bits() {
    return bits;
  }

  /**
   * Bytes that {@code elements} elements take in raw encoding; sub-byte types are packed, low bits
   * first.
   */
  public long bytes(long elements) {
    return bits >= 8 ? Math.multiplyExact(elements, bits / 8) : (elements * bits + 7) / 8;
  }

  /**
   * Whether elements are real floating-point numbers that pruning, training and quantization work
   * on.
   */
  public boolean isFloatingPoint() {
    return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
  }
}
