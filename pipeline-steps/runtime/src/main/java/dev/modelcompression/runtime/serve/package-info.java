/** Runs a model for callers that bring their own tensors. */
@NullMarked
package dev.modelcompression.runtime.serve;

import org.jspecify.annotations.NullMarked;
