/** What to do about a compression, given its spec, its status and its Jobs. Pure. */
@NullMarked
package dev.modelcompression.operator.decide;

import org.jspecify.annotations.NullMarked;
