/** Rewrites that leave what the model computes unchanged but for float32 rounding. */
@NullMarked
package dev.modelcompression.passes.rewrite;

import org.jspecify.annotations.NullMarked;
