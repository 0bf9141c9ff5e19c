@NullMarked
package dev.modelcompression.training.optimizer;

import org.jspecify.annotations.NullMarked;
