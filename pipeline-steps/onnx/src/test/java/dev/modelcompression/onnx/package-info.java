@NullMarked
package dev.modelcompression.onnx;

import org.jspecify.annotations.NullMarked;
