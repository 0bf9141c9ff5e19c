/** Which rows a step sees, and how they reach libtorch's memory. */
@NullMarked
package dev.modelcompression.training.batch;

import org.jspecify.annotations.NullMarked;
