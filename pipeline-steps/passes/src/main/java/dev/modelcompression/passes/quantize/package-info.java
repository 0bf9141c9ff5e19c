/** INT8 quantization in the forms that ONNX Runtime's CPU provider turns into integer kernels. */
@NullMarked
package dev.modelcompression.passes.quantize;

import org.jspecify.annotations.NullMarked;
