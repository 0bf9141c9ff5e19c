/** Everything that runs models in ONNX Runtime. */
@NullMarked
package dev.modelcompression.runtime;

import org.jspecify.annotations.NullMarked;
