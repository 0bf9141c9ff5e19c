/**
 * Gradient training of an ONNX graph: fine-tuning, distillation, saliency. The only module that
 * knows libtorch, and none of its types is public here.
 */
@NullMarked
package dev.modelcompression.training;

import org.jspecify.annotations.NullMarked;
