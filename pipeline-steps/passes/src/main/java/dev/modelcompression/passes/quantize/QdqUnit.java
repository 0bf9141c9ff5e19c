package dev.modelcompression.passes.quantize;

import java.util.Optional;

/**
 * Nodes that ONNX Runtime merges into one integer kernel, by the first value that each computes.
 *
 * @param head output of the operator
 * @param biasAdd output of the Add that holds the bias of a MatMul
 * @param tail what the kernel gives: behind a bias Add and a Relu or Clip, if there are
 */
record QdqUnit(Kind kind, String head, Optional<String> biasAdd, String tail) {
  enum Kind {
    /** Conv, Gemm or MatMul with a constant weight: worth quantizing in itself. */
    WEIGHTED,
    /** MatMul of two activations. */
    PRODUCT,
    /** Computes in integers between quantized neighbours; output range of its own. */
    OWN_SCALE,
    /** Moves or selects elements of a quantized value. */
    SHARED_SCALE
  }

  /** Whether this alone justifies quantizing its inputs. */
  boolean isAnchor() {
    return kind == Kind.WEIGHTED || kind == Kind.PRODUCT;
  }
}
