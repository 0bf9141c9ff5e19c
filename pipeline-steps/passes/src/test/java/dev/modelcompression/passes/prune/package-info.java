@NullMarked
package dev.modelcompression.passes.prune;

import org.jspecify.annotations.NullMarked;
