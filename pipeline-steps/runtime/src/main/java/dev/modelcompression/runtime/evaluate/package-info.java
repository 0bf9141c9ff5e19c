/** Evaluation: how good and how fast a model is beside the one it was made from. */
@NullMarked
package dev.modelcompression.runtime.evaluate;

import org.jspecify.annotations.NullMarked;
