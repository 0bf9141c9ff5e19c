@NullMarked
package dev.modelcompression.training;

import org.jspecify.annotations.NullMarked;
