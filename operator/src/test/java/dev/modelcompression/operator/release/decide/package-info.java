@NullMarked
package dev.modelcompression.operator.release.decide;

import org.jspecify.annotations.NullMarked;
