@NullMarked
package dev.modelcompression.operator.decide;

import org.jspecify.annotations.NullMarked;
