/** Quantization: float graph and value ranges in, graph in 8-bit arithmetic out. */
@NullMarked
package dev.modelcompression.passes.quantize;

import org.jspecify.annotations.NullMarked;
