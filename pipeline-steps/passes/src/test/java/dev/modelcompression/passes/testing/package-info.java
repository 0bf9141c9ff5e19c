@NullMarked
package dev.modelcompression.passes.testing;

import org.jspecify.annotations.NullMarked;
