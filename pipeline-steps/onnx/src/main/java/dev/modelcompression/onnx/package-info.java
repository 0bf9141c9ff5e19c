/**
 * ONNX models in memory: read, inspect, edit, write, without losing what this code does not know.
 *
 * <p>Knows no file, clock, network or runtime: bytes come in and go out through buffers, and
 * tensors kept outside the model's message through {@link dev.modelcompression.onnx.ExternalData}.
 */
@NullMarked
package dev.modelcompression.onnx;

import org.jspecify.annotations.NullMarked;
