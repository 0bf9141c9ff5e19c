/** An ONNX graph that runs on libtorch, and its trainable parameters. */
@NullMarked
package dev.modelcompression.training.autograd;

import org.jspecify.annotations.NullMarked;
