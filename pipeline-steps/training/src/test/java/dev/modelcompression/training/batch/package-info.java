@NullMarked
package dev.modelcompression.training.batch;

import org.jspecify.annotations.NullMarked;
