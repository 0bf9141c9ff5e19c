@NullMarked
package dev.modelcompression.serving.infer;

import org.jspecify.annotations.NullMarked;
