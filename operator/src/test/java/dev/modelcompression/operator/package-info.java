@NullMarked
package dev.modelcompression.operator;

import org.jspecify.annotations.NullMarked;
