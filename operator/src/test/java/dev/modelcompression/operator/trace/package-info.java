@NullMarked
package dev.modelcompression.operator.trace;

import org.jspecify.annotations.NullMarked;
