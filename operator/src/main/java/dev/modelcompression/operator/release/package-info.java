/** Releases: what is read from and written to the cluster. */
@NullMarked
package dev.modelcompression.operator.release;

import org.jspecify.annotations.NullMarked;
