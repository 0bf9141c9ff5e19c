/** What each ONNX operator computes, in libtorch, so that gradients come from its autograd. */
@NullMarked
package dev.modelcompression.training.operators;

import org.jspecify.annotations.NullMarked;
