/** How gradients change parameters: update rules and learning-rate schedules. */
@NullMarked
package dev.modelcompression.training.optimizer;

import org.jspecify.annotations.NullMarked;
