/** The state of a half-finished training on disk. */
@NullMarked
package dev.modelcompression.training.checkpoint;

import org.jspecify.annotations.NullMarked;
